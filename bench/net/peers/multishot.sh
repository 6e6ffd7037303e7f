#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The echo server in C on bare io_uring, with receives that go on by themselves into shared buffers.
set -euo pipefail
way=multishot exec "$(dirname "${BASH_SOURCE[0]}")/uring.sh" "$@"
