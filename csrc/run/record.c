/* SPDX-License-Identifier: MIT
 * What is known of one call while it is under way. */
#include "run/record.h"

#include "model/model.h"

const char *ldk_record_operation(const ldk_Exchange *x) {
  const dk_Operation *operation = x->call->operation;
  return operation != NULL ? dk_text(operation->id) : NULL;
}

const char *ldk_record_method(const ldk_Exchange *x) {
  const dk_Operation *operation = x->call->operation;
  return operation != NULL ? dk_text(operation->method) : x->call->method;
}

const char *ldk_record_target(const ldk_Exchange *x) {
  return x->target.length > 0 ? x->target.data : LDK_PING;
}
