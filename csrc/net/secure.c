/* SPDX-License-Identifier: MIT
 * A secure connection, as libcurl is told of it. */

#include "net/wire.h"

static void set_text(CURLcode *code, CURL *easy, CURLoption option,
                     const char *text) {
  if (*code == CURLE_OK)
    *code = curl_easy_setopt(easy, option, text);
}

/* With a `ca` nobody else is trusted; libcurl would go on trusting those in
 * its folder. Without a passphrase OpenSSL would ask the terminal for one. */
CURLcode dk_tls_apply(CURL *easy, const dk_Tls *t) {
  CURLcode code = CURLE_OK;
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, (long)!t->lax);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, t->lax ? 0L : 2L);
  if (t->ca != NULL) {
    set_text(&code, easy, CURLOPT_CAINFO, t->ca);
    set_text(&code, easy, CURLOPT_CAPATH, NULL);
  }
  if (t->cert != NULL) {
    set_text(&code, easy, CURLOPT_SSLCERT, t->cert);
    set_text(&code, easy, CURLOPT_SSLKEY, t->key);
    set_text(&code, easy, CURLOPT_KEYPASSWD, "");
  }
  return code;
}
