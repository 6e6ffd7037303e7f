// SPDX-License-Identifier: Apache-2.0
//
// Requests that two servers in a row might understand in different ways, and others that are not HTTP. Each is sent on
// a connection of its own, to a handler that reads the body; `status` is the answer that is right, and the connection
// must be closed after it.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace weft::test {

struct hostile {
  const char* what;
  std::string_view text;  // @ stands for "Host: here\r\n", ~ for a zero byte
  int status = 400;
};

inline constexpr hostile hostile_requests[] = {
    // Lengths.
    {"two different lengths", "POST / HTTP/1.1\r\n@Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"},
    {"two equal lengths", "POST / HTTP/1.1\r\n@Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"},
    {"a list of different lengths", "POST / HTTP/1.1\r\n@Content-Length: 3, 4\r\n\r\nabcd"},
    {"a list of equal lengths", "POST / HTTP/1.1\r\n@Content-Length: 3, 3\r\n\r\nabc"},
    {"a length with a sign", "POST / HTTP/1.1\r\n@Content-Length: +3\r\n\r\nabc"},
    {"a negative length", "POST / HTTP/1.1\r\n@Content-Length: -3\r\n\r\nabc"},
    {"a hexadecimal length", "POST / HTTP/1.1\r\n@Content-Length: 0x3\r\n\r\nabc"},
    {"a length with a blank in it", "POST / HTTP/1.1\r\n@Content-Length: 1 2\r\n\r\nabc"},
    {"a length with letters after it", "POST / HTTP/1.1\r\n@Content-Length: 3abc\r\n\r\nabc"},
    {"a length with a fraction", "POST / HTTP/1.1\r\n@Content-Length: 3.0\r\n\r\nabc"},
    {"a length in quotes", "POST / HTTP/1.1\r\n@Content-Length: \"3\"\r\n\r\nabc"},
    {"an empty length", "POST / HTTP/1.1\r\n@Content-Length:\r\n\r\nabc"},
    {"a length that overflows 64 bits", "POST / HTTP/1.1\r\n@Content-Length: 18446744073709551617\r\n\r\na"},
    {"a length of a hundred digits",
     "POST / HTTP/1.1\r\n@Content-Length: 1000000000000000000000000000000000000000000000000000000000000\r\n\r\na"},
    {"a length beyond the limit", "POST / HTTP/1.1\r\n@Content-Length: 99999999999\r\n\r\na", 413},
    {"a length with a blank before the colon", "POST / HTTP/1.1\r\n@Content-Length : 3\r\n\r\nabc"},
    {"a length and, by a tab, none", "POST / HTTP/1.1\r\n@Content-Length\t: 3\r\n\r\nabc"},
    // Length and coding at once.
    {"length and coding", "POST / HTTP/1.1\r\n@Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG"},
    {"coding and length", "POST / HTTP/1.1\r\n@Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\nG"},
    {"length zero and coding", "POST / HTTP/1.1\r\n@Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
    {"length and a coding that is none",
     "POST / HTTP/1.1\r\n@Content-Length: 3\r\nTransfer-Encoding: identity\r\n\r\nabc"},
    // Codings.
    {"an unknown coding", "POST / HTTP/1.1\r\n@Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"},
    {"identity", "POST / HTTP/1.1\r\n@Transfer-Encoding: identity\r\n\r\n"},
    {"gzip alone", "POST / HTTP/1.1\r\n@Transfer-Encoding: gzip\r\n\r\n0\r\n\r\n"},
    {"gzip, then chunked", "POST / HTTP/1.1\r\n@Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
    {"chunked, then gzip", "POST / HTTP/1.1\r\n@Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"},
    {"chunked, then identity", "POST / HTTP/1.1\r\n@Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"},
    {"chunked twice in one field", "POST / HTTP/1.1\r\n@Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"},
    {"chunked in two fields",
     "POST / HTTP/1.1\r\n@Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
    {"two fields, the second unknown",
     "POST / HTTP/1.1\r\n@Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n\r\n0\r\n\r\n"},
    {"two fields that differ in case",
     "POST / HTTP/1.1\r\n@transfer-encoding: identity\r\nTRANSFER-ENCODING: chunked\r\n\r\n0\r\n\r\n"},
    {"chunked with a parameter", "POST / HTTP/1.1\r\n@Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n"},
    {"chunked in quotes", "POST / HTTP/1.1\r\n@Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n"},
    {"an empty element before chunked", "POST / HTTP/1.1\r\n@Transfer-Encoding: , chunked\r\n\r\n0\r\n\r\n"},
    {"an empty element after chunked", "POST / HTTP/1.1\r\n@Transfer-Encoding: chunked,\r\n\r\n0\r\n\r\n"},
    {"an empty coding", "POST / HTTP/1.1\r\n@Transfer-Encoding:\r\n\r\n0\r\n\r\n"},
    {"a vertical tab before chunked",
     "POST / HTTP/1.1\r\n@Transfer-Encoding: \x0b"
     "chunked\r\n\r\n0\r\n\r\n"},
    {"a blank before the colon of a coding", "POST / HTTP/1.1\r\n@Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"},
    {"a coding on a folded line", "POST / HTTP/1.1\r\n@Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"},
    {"a coding hidden behind a bare LF", "POST / HTTP/1.1\r\n@X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
    {"a coding hidden behind a bare CR", "POST / HTTP/1.1\r\n@X: y\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
    {"chunked for HTTP/1.0", "POST / HTTP/1.0\r\n@Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
    // Chunks.
    {"a chunk without a size", "POST / HTTP/1.1\r\n@Transfer-Encoding: chunked\r\n\r\n\r\nabc\r\n0\r\n\r\n"},
    {"a size that is no number", "POST / HTTP/1.1\r\n@Transfer-Encoding: chunked\r\n\r\nxyz\r\nabc\r\n0\r\n\r\n"},
    {"a size with 0x", "POST / HTTP/1.1\r\n@Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n"},
    {"a negative size", "POST / HTTP/1.1\r\n@Transfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n0\r\n\r\n"},
    {"a size with a sign", "POST / HTTP/1.1\r\n@Transfer-Encoding: chunked\r\n\r\n+3\r\nabc\r\n0\r\n\r\n"},
    {"a blank before the size", "POST / HTTP/1.1\r\n@Transfer-Encoding: chunked\r\n\r\n 3\r\nabc\r\n0\r\n\r\n"},
    {"a blank behind the size", "POST / HTTP/1.1\r\n@Transfer-Encoding: chunked\r\n\r\n3 \r\nabc\r\n0\r\n\r\n"},
    {"a size that overflows 64 bits",
     "POST / HTTP/1.1\r\n@Transfer-Encoding: chunked\r\n\r\n10000000000000003\r\nabc\r\n0\r\n\r\n"},
    {"the largest size", "POST / HTTP/1.1\r\n@Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc\r\n0\r\n\r\n",
     413},
    {"a chunk longer than its size", "POST / HTTP/1.1\r\n@Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n"},
    {"a chunk that ends with LF", "POST / HTTP/1.1\r\n@Transfer-Encoding: chunked\r\n\r\n3\r\nabc\n0\r\n\r\n"},
    {"a chunk that ends with CR", "POST / HTTP/1.1\r\n@Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r0\r\n\r\n"},
    {"a size that ends with LF", "POST / HTTP/1.1\r\n@Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n"},
    {"a size that ends with CR", "POST / HTTP/1.1\r\n@Transfer-Encoding: chunked\r\n\r\n3\rabc\r\n0\r\n\r\n"},
    {"an extension without a name", "POST / HTTP/1.1\r\n@Transfer-Encoding: chunked\r\n\r\n3;=a\r\nabc\r\n0\r\n\r\n"},
    {"an extension with a bare LF", "POST / HTTP/1.1\r\n@Transfer-Encoding: chunked\r\n\r\n3;a\nb\r\nabc\r\n0\r\n\r\n"},
    {"an extension with a quote that does not end",
     "POST / HTTP/1.1\r\n@Transfer-Encoding: chunked\r\n\r\n3;a=\"b\r\nabc\r\n0\r\n\r\n"},
    {"an extension with a zero byte",
     "POST / HTTP/1.1\r\n@Transfer-Encoding: chunked\r\n\r\n3;a=~\r\nabc\r\n0\r\n\r\n"},
    {"something else than a separator behind the size",
     "POST / HTTP/1.1\r\n@Transfer-Encoding: chunked\r\n\r\n3,\r\nabc\r\n0\r\n\r\n"},
    {"a trailer with a folded line", "POST / HTTP/1.1\r\n@Transfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n z\r\n\r\n"},
    {"a length in the trailer",
     "POST / HTTP/1.1\r\n@Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 3\r\n\r\nabc"},
    {"a trailer without a colon", "POST / HTTP/1.1\r\n@Transfer-Encoding: chunked\r\n\r\n0\r\nGET / HTTP/1.1\r\n\r\n"},
    {"a trailer that ends with LF", "POST / HTTP/1.1\r\n@Transfer-Encoding: chunked\r\n\r\n0\r\nX: y\n\r\n\r\n"},
    // Lines.
    {"a header that ends with LF", "GET / HTTP/1.1\nHost: here\n\n"},
    {"a request line that ends with LF", "GET / HTTP/1.1\nHost: here\r\n\r\n"},
    {"a request line that ends with CR", "GET / HTTP/1.1\rHost: here\r\n\r\n"},
    {"CR CR LF", "GET / HTTP/1.1\r\r\n@\r\n"},
    {"a folded field", "GET / HTTP/1.1\r\n@X: a\r\n b\r\n\r\n"},
    {"a folded field, with a tab", "GET / HTTP/1.1\r\n@X: a\r\n\tb\r\n\r\n"},
    {"a first field that begins with a blank", "GET / HTTP/1.1\r\n Host: here\r\n\r\n"},
    {"a zero byte in a value", "GET / HTTP/1.1\r\n@X: a~b\r\n\r\n"},
    {"a zero byte in a name", "GET / HTTP/1.1\r\n@X~: a\r\n\r\n"},
    {"a zero byte in the target", "GET /~ HTTP/1.1\r\n@\r\n"},
    {"an encoded zero byte in the target", "GET /%00 HTTP/1.1\r\n@\r\n"},
    {"a DEL in a value", "GET / HTTP/1.1\r\n@X: \x7f\r\n\r\n"},
    {"a blank before a colon", "GET / HTTP/1.1\r\n@X : a\r\n\r\n"},
    {"a field without a name", "GET / HTTP/1.1\r\n@: a\r\n\r\n"},
    {"a field without a colon", "GET / HTTP/1.1\r\n@X\r\n\r\n"},
    {"a parenthesis in a name", "GET / HTTP/1.1\r\n@X(1): a\r\n\r\n"},
    {"a letter beyond ASCII in a name", "GET / HTTP/1.1\r\n@X\xc3\xa9: a\r\n\r\n"},
    {"two empty lines before the request", "\r\n\r\nGET / HTTP/1.1\r\n@\r\n"},
    // The request line.
    {"no version", "GET /\r\n@\r\n"},
    {"two blanks before the target", "GET  / HTTP/1.1\r\n@\r\n"},
    {"two blanks before the version", "GET /  HTTP/1.1\r\n@\r\n"},
    {"a tab before the target", "GET\t/ HTTP/1.1\r\n@\r\n"},
    {"a blank before the method", " GET / HTTP/1.1\r\n@\r\n"},
    {"a blank behind the version", "GET / HTTP/1.1 \r\n@\r\n"},
    {"a blank in the target", "GET /a b HTTP/1.1\r\n@\r\n"},
    {"a method with a colon", "GE:T / HTTP/1.1\r\n@\r\n"},
    {"a method in brackets", "[GET] / HTTP/1.1\r\n@\r\n"},
    {"no method", " / HTTP/1.1\r\n@\r\n"},
    {"CONNECT", "CONNECT here:80 HTTP/1.1\r\nHost: here:80\r\n\r\n", 501},
    {"a version in lower case", "GET / http/1.1\r\n@\r\n"},
    {"HTTP/2.0", "GET / HTTP/2.0\r\n@\r\n", 505},
    {"HTTP/0.9", "GET / HTTP/0.9\r\n@\r\n", 505},
    {"HTTP/1.2", "GET / HTTP/1.2\r\n@\r\n", 505},
    {"HTTP/1.10", "GET / HTTP/1.10\r\n@\r\n"},
    {"HTTP/01.1", "GET / HTTP/01.1\r\n@\r\n"},
    {"a version with a comma", "GET / HTTP/1,1\r\n@\r\n"},
    {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
    {"the hello of TLS", "\x16\x03\x01\x02\x01\x01\xfc\x03\x03"},
    {"a letter beyond ASCII in the target", "GET /\xc3\xa9 HTTP/1.1\r\n@\r\n"},
    {"a fragment in the target", "GET /a#b HTTP/1.1\r\n@\r\n"},
    {"a percent sign without digits", "GET /%zz HTTP/1.1\r\n@\r\n"},
    {"a percent sign at the end", "GET /% HTTP/1.1\r\n@\r\n"},
    {"a target without a slash", "GET a HTTP/1.1\r\n@\r\n"},
    {"an asterisk for GET", "GET * HTTP/1.1\r\n@\r\n"},
    // Hosts.
    {"no Host", "GET / HTTP/1.1\r\n\r\n"},
    {"two hosts", "GET / HTTP/1.1\r\n@Host: there\r\n\r\n"},
    {"the same host twice", "GET / HTTP/1.1\r\n@@\r\n"},
    {"two hosts in one field", "GET / HTTP/1.1\r\nHost: here, there\r\n\r\n"},
    {"a host with a path", "GET / HTTP/1.1\r\nHost: here/there\r\n\r\n"},
    {"a host with a user", "GET / HTTP/1.1\r\nHost: me@here\r\n\r\n"},
    {"a host with a port that is none", "GET / HTTP/1.1\r\nHost: here:http\r\n\r\n"},
    {"a host that is another than the target's", "GET http://there/ HTTP/1.1\r\n@\r\n"},
    {"an absolute target without a host", "GET http:///a HTTP/1.1\r\n@\r\n"},
    {"an absolute target with a user", "GET http://me@here/ HTTP/1.1\r\n@\r\n"},
    {"an absolute target of another scheme", "GET ftp://here/ HTTP/1.1\r\n@\r\n"},
};

/// The bytes that are sent.
inline std::string bytes_of(const hostile& asked) {
  std::string out;
  for (const char c : asked.text) {
    if (c == '@' && (out.empty() || out.back() == '\n'))
      out += "Host: here\r\n";
    else
      out += c == '~' ? '\0' : c;
  }
  return out;
}

}  // namespace weft::test
