#!/bin/sh
set -eu

PORT=8080

cat > "$TARGET/chat.conf" <<EOF
server {
    listen 80;

    location /ws {
        proxy_pass http://127.0.0.1:$PORT;
        proxy_set_header Host \$host;
        proxy_set_header Connection "";
    }
}
EOF
