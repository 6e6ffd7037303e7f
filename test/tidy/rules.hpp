// SPDX-License-Identifier: Apache-2.0
//
// The rules of the house. Each function looks at the whole tree and returns what breaks its rule.
#pragma once

#include <map>
#include <string>

#include "tree.hpp"

namespace weft::tidy {

using tree = std::map<std::string, source>;

/// Includes point down, as test/tidy/floors.txt says.
findings check_floors(const tree& files);

/// Every dangerous facility has one door, as test/tidy/doors.txt says.
findings check_doors(const tree& files);

/// Files of at most 500 lines, functions of at most 60, an SPDX line, no trailing blanks, no macros in public headers,
/// weak memory orders explained.
findings check_shape(const tree& files);

/// Every guarantee of docs/semantics.md has a test that cites it, and every test cites guarantees that exist.
findings check_guarantees(const tree& files);

/// All of them, without what test/tidy/exemptions.txt allows; an exemption that nothing needs is itself a finding.
findings check_all(const tree& files);

}  // namespace weft::tidy
