// SPDX-License-Identifier: Apache-2.0
//
// For load/peers.sh: put before the script of examples/serve's page, it holds the page's load event back until notes,
// ticks and the echo are there, or twenty seconds are over. Chromium's --dump-dom writes what the page looks like at its
// load event. Its --virtual-time-budget is of no use for a page with an EventSource: virtual time stands still while a
// request is under way, and that one is under way for ever.
const held = document.documentElement.appendChild(document.createElement("iframe"));
held.contentDocument.open(); // an iframe that is being written delays the load event of its page
const begun = Date.now();
const look = setInterval(() => {
  const text = (id) => document.getElementById(id)?.textContent ?? "";
  const all = text("notes") !== "" && Number(text("ticks")) >= 2 && text("echo").startsWith("hello");
  if (!all && Date.now() - begun < 20000) return;
  clearInterval(look);
  held.contentDocument.close();
  held.remove();
}, 50);
