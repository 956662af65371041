#!/bin/sh
set -eu

cat > "$TARGET/chat.conf" <<'NGINX'
server {
    listen 80;

    location /ws {
        proxy_pass http://127.0.0.1:8080;
        proxy_set_header Host $host;
    }
}
NGINX
