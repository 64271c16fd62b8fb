/* SPDX-License-Identifier: MIT
 * The double that a decimal number means.
 *
 * strtod alone will not do: it reads a comma for a point where the locale says
 * so. */
#ifndef DK_DECIMAL_H
#define DK_DECIMAL_H

#include <stddef.h>

/* The double nearest to a number by JSON's grammar ("-12.5e3"), whatever the
 * locale and however many digits it has; infinite when it is too large. */
double dk_json_double(const char *bytes, size_t length);

#endif
