/* SPDX-License-Identifier: MIT
 * A secure connection, as libcurl is told of it. */

#include "net/wire.h"

static void set_text(CURLcode *code, CURL *easy, CURLoption option,
                     const char *text) {
  if (*code == CURLE_OK)
    *code = curl_easy_setopt(easy, option, text);
}

/* What we show is given twice. As bytes libcurl tells kept connections apart
 * by it; by their paths it would only compare the certificates, and never the
 * keys. But only OpenSSL and its like take bytes. Without a passphrase OpenSSL
 * would ask the terminal for one. */
static void set_identity(CURLcode *code, CURL *easy, const dk_Tls *t) {
  set_text(code, easy, CURLOPT_SSLCERT, t->cert);
  set_text(code, easy, CURLOPT_SSLKEY, t->key);
  set_text(code, easy, CURLOPT_KEYPASSWD, "");
#if LIBCURL_VERSION_NUM >= 0x074700 /* 7.71.0 */
  if (*code == CURLE_OK) {
    struct curl_blob blob = {t->identity.data, t->identity.length,
                             CURL_BLOB_NOCOPY};
    curl_easy_setopt(easy, CURLOPT_SSLCERT_BLOB, &blob);
    curl_easy_setopt(easy, CURLOPT_SSLKEY_BLOB, &blob);
  }
#endif
}

/* With a `ca` nobody else is trusted; libcurl would go on trusting those in
 * its folder. */
CURLcode dk_tls_apply(CURL *easy, const dk_Tls *t) {
  CURLcode code = CURLE_OK;
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, (long)!t->lax);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, t->lax ? 0L : 2L);
  if (t->ca != NULL) {
    set_text(&code, easy, CURLOPT_CAINFO, t->ca);
    set_text(&code, easy, CURLOPT_CAPATH, NULL);
  }
  if (t->cert != NULL)
    set_identity(&code, easy, t);
  return code;
}
