#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs what the tests and the checks need and is missing, on a Debian 12.
set -eu
. "$(dirname "$0")/common.sh"
# shellcheck disable=SC2086
need $BUILD_PACKAGES $ENGINE_PACKAGES $TEST_PACKAGES $CHECK_PACKAGES
