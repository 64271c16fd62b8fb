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

int ldk_record_is_fed(const ldk_Exchange *x) {
  return x->source.kind != LDK_NO_SOURCE;
}

int ldk_record_due(const ldk_Exchange *x) {
  return x->transfer != NULL && dk_transfer_room(x->transfer) &&
         ldk_source_ready(&x->source);
}
