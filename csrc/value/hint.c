/* SPDX-License-Identifier: MIT
 * What to do about an error, by its kind, its errno and its words. */
#include "value/hint.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define LOG_IN                                                                \
  "call docker:login(...), or give auth = {username = ..., password = ...}"

/* The first row that fits is taken. NULL and 0 fit anything. */
static const struct {
  const char *kind;
  int os_error;
  const char *words; /* in the message, in small letters */
  const char *hint;
} rows[] = {
    {"connection", 0, "cannot run ssh",
     "reaching an engine by ssh takes the ssh command: install "
     "openssh-client"},
    {"connection", 0, "permission denied (",
     "ssh must be able to log in without asking: try it by hand; it takes a "
     "key without a passphrase, or an agent"},
    {"connection", 0, "host key verification failed",
     "log in there by ssh once by hand, to accept the key of the host"},
    {"connection", 0, "could not resolve hostname",
     "check the name of the host in DOCKER_HOST or host = ..."},
    {"connection", 0, "not found",
     "the docker command must be installed on that host, and be in the PATH "
     "of who logs in by ssh"},
    {"connection", 0, "permission denied while trying",
     "that user may not use the engine's socket there: add them to the group "
     "that owns it (docker)"},
    {"connection", ENOENT, NULL,
     "is the engine running? If its socket is elsewhere, set DOCKER_HOST or "
     "give moonsail.client{host = ...}"},
    {"connection", EACCES, NULL,
     "add the user to the group that owns the socket (docker), run as root, "
     "or use a rootless engine"},
    {"connection", EPERM, NULL,
     "add the user to the group that owns the socket (docker), run as root, "
     "or use a rootless engine"},
    {"connection", ECONNREFUSED, NULL,
     "nothing listens there: is the engine running, and is this its address?"},
    {"connection", ETIMEDOUT, NULL,
     "nothing answers there: check the address and the firewall"},
    {"connection", EHOSTUNREACH, NULL,
     "there is no way to that host: check the address and the network"},
    {"connection", ENETUNREACH, NULL,
     "there is no way to that host: check the address and the network"},
    {"connection", 0, "could not resolve",
     "check the name of the host in DOCKER_HOST or host = ..."},
    {"tls", 0, "http request",
     "the engine speaks TLS on this port: give tls = {ca = ..., cert = ..., "
     "key = ...}, or set DOCKER_TLS_VERIFY and DOCKER_CERT_PATH"},
    {"tls", 0, "does not speak tls",
     "if it speaks plain HTTP, leave out tls, and unset DOCKER_TLS_VERIFY"},
    {"tls", 0, "certificate file",
     "install the certificates that this system trusts (ca-certificates), or "
     "give tls = {ca = ...}"},
    {"tls", 0, "unknown authority",
     "give tls = {ca = ...}, the certificate of the authority that signed it"},
    {"tls", 0, "another host",
     "use a name of the host that is in its certificate, or give tls = "
     "{server_name = ...}"},
    {"tls", 0, "expired", "renew the engine's certificate"},
    {"tls", 0, "not valid yet", "check the clocks of both hosts"},
    {"tls", 0, "wants a certificate",
     "give tls = {cert = ..., key = ...}, or set DOCKER_CERT_PATH"},
    {"tls", 0, "refuses our certificate",
     "give a certificate that is valid and signed by the authority that the "
     "engine trusts (its --tlscacert)"},
    {NULL, 0, "is too new",
     "the engine is older than that version: leave out api_version and "
     "DOCKER_API_VERSION, so that one is agreed upon"},
    {NULL, 0, "is too old",
     "the engine no longer speaks that version: leave out api_version and "
     "DOCKER_API_VERSION, so that one is agreed upon; if none is set, a newer "
     "moonsail is needed"},
    {NULL, 0, "swarm manager",
     "call docker.swarm:init() or docker.swarm:join(...), or ask a manager"},
    {NULL, 0, "needs to be unlocked", "call docker.swarm:unlock(key)"},
    {NULL, 0, "port is already allocated",
     "another container has this port: stop it, or publish another port"},
    {NULL, 0, "address already in use",
     "another program has this port: stop it, or publish another port"},
    {NULL, 0, "is already in use by",
     "remove what has this name, or choose another one"},
    {"not_found", 0, "no such image", "pull the image first"},
    {"not_supported", 0, "not found",
     "the engine does not offer this call: an older one lacks what is newer, "
     "and Podman some things of Docker"},
    {"not_supported", 0, "does not support service",
     "Podman has no swarms and no plugins"},
    {NULL, 0, "toomanyrequests",
     "the registry limits how often it is asked: log in, or wait"},
    {"unauthorized", 0, NULL, LOG_IN},
    {NULL, 0, "may require 'docker login'",
     "is the name right? If the image is not for everybody: " LOG_IN},
    {NULL, 0, "no space left on device",
     "free some on the engine's disk, by prune() for instance"},
    {NULL, 0, "no active sessions",
     "without a BuildKit session base images must be pulled before, and "
     "secrets cannot be mounted"},
};

static int has(const char *wanted, const char *got) {
  return wanted == NULL || (got != NULL && strcmp(wanted, got) == 0);
}

static int says(const char *message, const char *words) {
  return words == NULL || (message != NULL && strcasestr(message, words));
}

const char *ldk_hint(const char *kind, const char *message, int os_error) {
  size_t i;
  for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (has(rows[i].kind, kind) && says(message, rows[i].words) &&
        (rows[i].os_error == 0 || rows[i].os_error == os_error))
      return rows[i].hint;
  return NULL;
}
