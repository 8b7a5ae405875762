#!/bin/sh
# Makes certificates for the traffic between controller and workers: an authority of its own, a server
# certificate for all workers (their addresses are not known beforehand, so it carries the name
# lathe-worker) and a client certificate for the controller. docs/deploy.md says what to do with them.
#
#   deploy/k8s/make-worker-tls.sh <new folder> [days]
set -eu
umask 077
folder=${1:?name a new folder}
days=${2:-365}
mkdir "$folder"
cd "$folder"

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null; }

key ca.key
openssl req -x509 -new -key ca.key -days "$days" -subj '/CN=lathe workers' -out ca.crt \
  -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign'

for end in worker:serverAuth trainer:clientAuth; do
  name=${end%%:*}
  mkdir "$name"
  key "$name/tls.key"
  printf 'basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=%s\nsubjectAltName=DNS:lathe-%s\n' \
    "${end##*:}" "$name" > "$name/extensions"
  openssl req -new -key "$name/tls.key" -subj "/CN=lathe-$name" -out "$name/request"
  openssl x509 -req -in "$name/request" -CA ca.crt -CAkey ca.key -days "$days" \
    -extfile "$name/extensions" -out "$name/tls.crt" 2>/dev/null
  rm "$name/extensions" "$name/request"
  cp ca.crt "$name/ca.crt"
done
echo "$folder: keep ca.key away from the cluster, or delete it and make all anew when these expire."
