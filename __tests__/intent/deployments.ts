import type { Serves } from "../../src/core/intent/serves.ts";

/** A small configuration of software that people run behind nginx, as its readers would write it. */
export interface Deployment {
  readonly title: string;
  readonly text: string;
  /** What each proxying location serves, by what the software does. */
  readonly serves: Readonly<Record<string, "yes" | "no">>;
  /** What we say where it differs: these files do not tell, or tell the wrong thing. */
  readonly guess?: Readonly<Record<string, Serves>>;
}

const pair = `proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;`;
const literalPair = `proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";`;
const forwarded = `proxy_set_header Host $host;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;`;
const map = "map $http_upgrade $connection_upgrade { default upgrade; '' close; }\n";

export const deployments: readonly Deployment[] = [
  {
    title: "Grafana, its live endpoint apart",
    text: `${map}upstream grafana { server 127.0.0.1:3000; }
server {
  listen 80;
  location / { proxy_pass http://grafana; proxy_set_header Host $host; }
  location /api/live/ { proxy_pass http://grafana; ${pair} proxy_set_header Host $host; }
}`,
    serves: { "/": "no", "/api/live/": "yes" },
  },
  {
    title: "Grafana without a thought of WebSockets",
    text: `server { listen 80; server_name grafana.example.net; location / { proxy_pass http://127.0.0.1:3000; ${forwarded} } }`,
    serves: { "/": "yes" },
  },
  {
    title: "JupyterHub",
    text: `${map}server { listen 443 ssl; server_name hub.lab.example; location / { proxy_pass http://127.0.0.1:8000; ${forwarded} ${pair} proxy_buffering off; } }`,
    serves: { "/": "yes" },
  },
  {
    title: "Jupyter, kernels by a regular expression",
    text: `server { listen 80;
  location / { proxy_pass http://127.0.0.1:8888; ${forwarded} }
  location ~ /api/kernels/ { proxy_pass http://127.0.0.1:8888; ${literalPair} proxy_read_timeout 86400; }
  location ~ /terminals/ { proxy_pass http://127.0.0.1:8888; ${literalPair} proxy_read_timeout 86400; }
}`,
    serves: { "/": "no", "~ /api/kernels/": "yes", "~ /terminals/": "yes" },
  },
  {
    title: "Home Assistant",
    text: `${map}server { listen 80; server_name ha.example.net; location / { proxy_pass http://192.168.1.20:8123; ${forwarded} ${pair} } }`,
    serves: { "/": "yes" },
  },
  {
    title: "Home Assistant, forgotten headers",
    text: `server { listen 80; server_name home.example.net; location / { proxy_pass http://homeassistant:8123; ${forwarded} } }`,
    serves: { "/": "yes" },
  },
  {
    title: "Mattermost",
    text: `upstream backend { server 10.10.10.2:8065; keepalive 32; }
server { listen 80; server_name mattermost.example.com;
  location ~ /api/v[0-9]+/(users/)?websocket$ { ${literalPair} proxy_set_header Host $http_host; proxy_pass http://backend; }
  location / { proxy_set_header Connection ""; proxy_set_header Host $http_host; proxy_http_version 1.1; proxy_pass http://backend; }
}`,
    serves: { "~ /api/v[0-9]+/(users/)?websocket$": "yes", "/": "no" },
  },
  {
    title: "Rocket.Chat",
    text: `upstream rocket_backend { server 127.0.0.1:3000; }
server { listen 443 ssl; server_name chat.example.com; location / { proxy_pass http://rocket_backend/; ${literalPair} ${forwarded} proxy_set_header X-Nginx-Proxy true; proxy_redirect off; } }`,
    serves: { "/": "yes" },
  },
  {
    title: "Nextcloud with its push service",
    text: `upstream php-handler { server 127.0.0.1:9000; }
server { listen 443 ssl; server_name cloud.example.com;
  location ^~ /push/ { proxy_pass http://127.0.0.1:7867/; ${literalPair} proxy_set_header Host $host; }
  location ~ \\.php(?:$|/) { fastcgi_pass php-handler; }
}`,
    serves: { "^~ /push/": "yes", "~ \\.php(?:$|/)": "no" },
  },
  {
    title: "Nextcloud's push service without its headers",
    text: `server { listen 443 ssl; server_name cloud.example.com; location ^~ /push/ { proxy_pass http://notify_push:7867/; proxy_set_header Host $host; } }`,
    serves: { "^~ /push/": "yes" },
  },
  {
    title: "Nextcloud Talk's signaling server",
    text: `upstream signaling { server 127.0.0.1:8080; }
server { listen 443 ssl;
  location /standalone-signaling/ { proxy_pass http://signaling/; proxy_http_version 1.1; ${forwarded} }
  location /standalone-signaling/spreed { proxy_pass http://signaling/spreed; ${literalPair} ${forwarded} }
}`,
    serves: { "/standalone-signaling/": "no", "/standalone-signaling/spreed": "yes" },
    guess: { "/standalone-signaling/": "unclear" },
  },
  {
    title: "Vaultwarden",
    text: `upstream vaultwarden-default { zone vaultwarden-default 64k; server 127.0.0.1:8080; keepalive 2; }
${map}server { listen 443 ssl; server_name vault.example.org;
  location / { ${pair} ${forwarded} proxy_pass http://vaultwarden-default; }
}`,
    serves: { "/": "yes" },
  },
  {
    title: "Vaultwarden of old, with a port for notifications",
    text: `server { listen 443 ssl; server_name vault.example.org;
  location / { proxy_pass http://127.0.0.1:8000; ${forwarded} }
  location /notifications/hub { proxy_pass http://127.0.0.1:3012; ${literalPair} }
  location /notifications/hub/negotiate { proxy_pass http://127.0.0.1:8000; }
}`,
    serves: { "/": "no", "/notifications/hub": "yes", "/notifications/hub/negotiate": "no" },
  },
  {
    title: "Node-RED",
    text: `server { listen 80; server_name flows.example.net; location / { proxy_pass http://nodered:1880; ${forwarded} } }`,
    serves: { "/": "yes" },
  },
  {
    title: "n8n",
    text: `server { listen 443 ssl; server_name n8n.example.com; location / { proxy_pass http://127.0.0.1:5678; ${literalPair} chunked_transfer_encoding off; proxy_buffering off; proxy_cache off; } }`,
    serves: { "/": "yes" },
  },
  {
    title: "code-server",
    text: `server { listen 443 ssl; server_name code.example.com; location / { proxy_pass http://localhost:8080/; proxy_set_header Host $http_host; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; proxy_set_header Accept-Encoding gzip; } }`,
    serves: { "/": "yes" },
  },
  {
    title: "Guacamole",
    text: `server { listen 443 ssl; location /guacamole/ { proxy_pass http://guacamole:8080; proxy_buffering off; proxy_http_version 1.1; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $http_connection; access_log off; } }`,
    serves: { "/guacamole/": "yes" },
  },
  {
    title: "Guacamole, its headers forgotten",
    text: `server { listen 443 ssl; location /guacamole/ { proxy_pass http://guacamole:8080/guacamole/; proxy_buffering off; } }`,
    serves: { "/guacamole/": "yes" },
  },
  {
    title: "noVNC",
    text: `upstream vnc_proxy { server 127.0.0.1:6080; }
server { listen 443 ssl;
  location /websockify { proxy_http_version 1.1; proxy_pass http://vnc_proxy/; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"; proxy_read_timeout 61s; proxy_buffering off; }
  location /vnc { index vnc.html; alias /usr/share/novnc/; }
}`,
    serves: { "/websockify": "yes" },
  },
  {
    title: "Collabora Online",
    text: `server { listen 443 ssl; server_name collabora.example.com;
  location ^~ /browser { proxy_pass http://127.0.0.1:9980; proxy_set_header Host $host; }
  location ^~ /hosting/discovery { proxy_pass http://127.0.0.1:9980; proxy_set_header Host $host; }
  location ~ ^/cool/(.*)/ws$ { proxy_pass http://127.0.0.1:9980; ${literalPair} proxy_set_header Host $host; proxy_read_timeout 36000s; }
  location ~ ^/(c|l)ool { proxy_pass http://127.0.0.1:9980; proxy_set_header Host $host; }
  location ^~ /cool/adminws { proxy_pass http://127.0.0.1:9980; ${literalPair} proxy_set_header Host $host; proxy_read_timeout 36000s; }
}`,
    serves: {
      "^~ /browser": "no",
      "^~ /hosting/discovery": "no",
      "~ ^/cool/(.*)/ws$": "yes",
      "~ ^/(c|l)ool": "no",
      "^~ /cool/adminws": "yes",
    },
    guess: { "~ ^/(c|l)ool": "unclear" },
  },
  {
    title: "OnlyOffice Document Server",
    text: `map $http_upgrade $proxy_connection { default upgrade; '' close; }
upstream docservice { server onlyoffice-document-server:80; }
server { listen 80;
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header Connection $proxy_connection;
  proxy_set_header Host $host;
  location / { proxy_pass http://docservice; proxy_http_version 1.1; }
}`,
    serves: { "/": "yes" },
  },
  {
    title: "Phoenix LiveView",
    text: `upstream phoenix { server 127.0.0.1:4000 max_fails=5 fail_timeout=60s; }
server { listen 80; server_name app.example.com;
  location / { proxy_pass http://phoenix; ${literalPair} ${forwarded} proxy_set_header X-Cluster-Client-Ip $remote_addr; }
}`,
    serves: { "/": "yes" },
  },
  {
    title: "Phoenix channels at a path of their own",
    text: `server { listen 80;
  location / { proxy_pass http://127.0.0.1:4000; ${forwarded} }
  location /live/websocket { proxy_pass http://127.0.0.1:4000; ${literalPair} }
  location /socket { proxy_pass http://127.0.0.1:4000; ${literalPair} }
}`,
    serves: { "/": "no", "/live/websocket": "yes", "/socket": "yes" },
  },
  {
    title: "Rails with Action Cable",
    text: `upstream puma { server unix:///srv/app/shared/tmp/sockets/puma.sock; }
server { listen 80; root /srv/app/current/public;
  try_files $uri/index.html $uri @puma;
  location @puma { proxy_pass http://puma; ${forwarded} proxy_redirect off; }
  location /cable { proxy_pass http://puma; ${literalPair} ${forwarded} }
}`,
    serves: { "@puma": "no", "/cable": "yes" },
  },
  {
    title: "Django with Channels",
    text: `upstream wsgi { server web:8000; } upstream asgi { server daphne:8001; }
server { listen 80;
  location /static/ { alias /app/static/; }
  location /ws/ { proxy_pass http://asgi; ${literalPair} proxy_redirect off; proxy_set_header Host $host; }
  location / { proxy_pass http://wsgi; ${forwarded} }
}`,
    serves: { "/ws/": "yes", "/": "no" },
  },
  {
    title: "ASP.NET Core with SignalR",
    text: `server { listen 80; server_name shop.example.com;
  location /hubs/ { proxy_pass http://localhost:5000; ${pair} proxy_cache off; proxy_buffering off; proxy_read_timeout 100s; proxy_set_header Host $host; }
  location / { proxy_pass http://localhost:5000; proxy_http_version 1.1; proxy_set_header Host $host; }
}`,
    serves: { "/hubs/": "yes", "/": "no" },
  },
  {
    title: "Blazor Server",
    text: `server { listen 80; location / { proxy_pass http://127.0.0.1:5000; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $http_connection; proxy_set_header Host $host; proxy_cache_bypass $http_upgrade; } }`,
    serves: { "/": "yes" },
  },
  {
    title: "Streamlit",
    text: `server { listen 80; location / { proxy_pass http://streamlit:8501; ${forwarded} } }`,
    serves: { "/": "yes" },
  },
  {
    title: "Streamlit, its stream apart",
    text: `server { listen 80; location / { proxy_pass http://127.0.0.1:8501/; } location /_stcore/stream { proxy_pass http://127.0.0.1:8501/_stcore/stream; ${literalPair} proxy_read_timeout 86400; } }`,
    serves: { "/": "no", "/_stcore/stream": "yes" },
  },
  {
    title: "Gradio behind a folder",
    text: `server { listen 80; location /gradio-demo/ { proxy_pass http://127.0.0.1:7860/; proxy_buffering off; proxy_redirect off; ${literalPair} ${forwarded} } }`,
    serves: { "/gradio-demo/": "yes" },
  },
  {
    title: "Matrix Synapse",
    text: `server { listen 443 ssl; listen 8448 ssl default_server; server_name matrix.example.com;
  location ~ ^(/_matrix|/_synapse/client) { proxy_pass http://localhost:8008; proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header Host $host; client_max_body_size 50M; proxy_http_version 1.1; }
}`,
    serves: { "~ ^(/_matrix|/_synapse/client)": "no" },
  },
  {
    title: "Odoo since 16",
    text: `upstream odoo { server 127.0.0.1:8069; } upstream odoochat { server 127.0.0.1:8072; }
${map}server { listen 443 ssl; server_name odoo.mycompany.com; proxy_read_timeout 720s;
  location /websocket { proxy_pass http://odoochat; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade; ${forwarded} }
  location / { ${forwarded} proxy_redirect off; proxy_pass http://odoo; }
}`,
    serves: { "/websocket": "yes", "/": "no" },
  },
  {
    title: "Odoo with long polling",
    text: `upstream odoo { server 127.0.0.1:8069; } upstream odoo-polling { server 127.0.0.1:8072; }
server { listen 80; proxy_read_timeout 720s;
  location /longpolling { proxy_pass http://odoo-polling; ${forwarded} }
  location / { proxy_pass http://odoo; ${forwarded} }
}`,
    serves: { "/longpolling": "no", "/": "no" },
  },
  {
    title: "a REST interface, with the headers of a copied template",
    text: `server { listen 80; server_name api.example.com; location /api/v1/ { proxy_pass http://flask:5000; ${forwarded} proxy_read_timeout 120s; } }`,
    serves: { "/api/v1/": "no" },
  },
  {
    title: "a single-page application and its interface",
    text: `server { listen 80; root /usr/share/nginx/html;
  location / { try_files $uri /index.html; }
  location /api/ { proxy_pass http://backend:8080/; ${forwarded} }
  location /uploads/ { proxy_pass http://backend:8080; }
}`,
    serves: { "/api/": "no", "/uploads/": "no" },
  },
  {
    title: "a Vite development server",
    text: `server { listen 80; location / { proxy_pass http://frontend:5173; ${literalPair} proxy_set_header Host $host; } location /api { proxy_pass http://backend:8000; ${forwarded} } }`,
    serves: { "/": "yes", "/api": "no" },
  },
  {
    title: "Next.js with its reloading",
    text: `server { listen 80; location /_next/webpack-hmr { proxy_pass http://web:3000; ${literalPair} } location / { proxy_pass http://web:3000; ${forwarded} } }`,
    serves: { "/_next/webpack-hmr": "yes", "/": "no" },
  },
  {
    title: "WordPress by PHP-FPM",
    text: `server { listen 80; root /var/www; location / { try_files $uri $uri/ /index.php?$args; } location ~ \\.php$ { include fastcgi_params; fastcgi_pass unix:/run/php/php-fpm.sock; } }`,
    serves: { "~ \\.php$": "no" },
  },
  {
    title: "WordPress behind a proxy",
    text: `server { listen 80; server_name blog.example.com; location / { proxy_pass http://wordpress:80; ${forwarded} } }`,
    serves: { "/": "no" },
  },
  {
    title: "GitLab by its workhorse",
    text: `${map}upstream gitlab-workhorse { server unix:/var/opt/gitlab/gitlab-workhorse/sockets/socket; }
server { listen 80; server_name git.example.com;
  location / { ${forwarded} ${pair} proxy_pass http://gitlab-workhorse; }
}`,
    serves: { "/": "yes" },
  },
  {
    title: "Gerrit",
    text: `server { listen 80; server_name review.example.com; location ^~ / { proxy_pass http://127.0.0.1:8081; proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header Host $host; } }`,
    serves: { "^~ /": "no" },
  },
  {
    title: "Gerrit, with copied headers",
    text: `server { listen 80; server_name gerrit.example.com; location / { proxy_pass http://127.0.0.1:8081; ${literalPair} } }`,
    serves: { "/": "no" },
    guess: { "/": "unclear" },
  },
  {
    title: "Jenkins, with agents by WebSocket",
    text: `${map}upstream jenkins { keepalive 32; server 127.0.0.1:8080; }
server { listen 80; server_name jenkins.example.com; location / { proxy_pass http://jenkins; ${pair} ${forwarded} proxy_max_temp_file_size 0; proxy_request_buffering off; } }`,
    serves: { "/": "yes" },
  },
  {
    title: "Jenkins without",
    text: `server { listen 80; server_name jenkins.example.com; location / { proxy_pass http://127.0.0.1:8080; ${forwarded} proxy_read_timeout 90; } }`,
    serves: { "/": "no" },
  },
  {
    title: "SonarQube",
    text: `server { listen 80; server_name sonarqube.example.com; location / { proxy_pass http://127.0.0.1:9000; ${forwarded} } }`,
    serves: { "/": "no" },
  },
  {
    title: "Nexus and its registry",
    text: `server { listen 443 ssl; client_max_body_size 1G;
  location /v2/ { proxy_pass http://nexus:5000; ${forwarded} }
  location / { proxy_pass http://nexus:8081/; ${forwarded} ${pair} }
}`,
    serves: { "/v2/": "no", "/": "no" },
    guess: { "/": "unclear" },
  },
  {
    title: "a Docker registry",
    text: `upstream docker-registry { server registry:5000; } server { listen 443 ssl; location /v2/ { proxy_pass http://docker-registry; ${forwarded} proxy_read_timeout 900; } }`,
    serves: { "/v2/": "no" },
  },
  {
    title: "MinIO, storage and console",
    text: `upstream minio_s3 { server minio1:9000; } upstream minio_console { server minio1:9001; }
server { listen 80; server_name minio.example.net;
  location / { ${forwarded} proxy_connect_timeout 300; proxy_http_version 1.1; proxy_set_header Connection ""; chunked_transfer_encoding off; proxy_pass http://minio_s3; }
  location /minio/ui/ { rewrite ^/minio/ui/(.*) /$1 break; ${forwarded} ${literalPair} chunked_transfer_encoding off; proxy_pass http://minio_console; }
}`,
    serves: { "/": "no", "/minio/ui/": "yes" },
  },
  {
    title: "Prometheus and Alertmanager",
    text: `server { listen 80;
  location /prometheus/ { proxy_pass http://prometheus:9090/prometheus/; ${forwarded} }
  location /alertmanager/ { proxy_pass http://alertmanager:9093/; ${literalPair} }
}`,
    serves: { "/prometheus/": "no", "/alertmanager/": "no" },
    guess: { "/alertmanager/": "unclear" },
  },
  {
    title: "Kibana",
    text: `server { listen 80; server_name logs.example.com; location / { proxy_pass http://kibana:5601; ${forwarded} auth_basic "Restricted"; auth_basic_user_file /etc/nginx/htpasswd; } }`,
    serves: { "/": "no" },
  },
  {
    title: "MusicBrainz",
    text: `server { listen 80; location /ws/2/ { proxy_pass http://musicbrainz:5000; ${forwarded} } location / { proxy_pass http://musicbrainz:5000; ${forwarded} } }`,
    serves: { "/ws/2/": "no", "/": "no" },
    guess: { "/ws/2/": "unclear" },
  },
  {
    title: "SOAP services",
    text: `server { listen 443 ssl; location /ws/CustomerService { proxy_pass http://tomcat:8080; ${forwarded} } location /services/soap/ws { proxy_pass http://tomcat:8080; ${forwarded} } }`,
    serves: { "/ws/CustomerService": "no", "/services/soap/ws": "no" },
    guess: { "/ws/CustomerService": "unclear" },
  },
  {
    title: "a shop",
    text: `server { listen 80; server_name shop.example.com;
  location /products/cable/ { proxy_pass http://shop:3000; ${forwarded} }
  location /news { proxy_pass http://cms:3000; ${forwarded} }
  location /live { proxy_pass http://shop:3000; ${forwarded} }
  location /chat { proxy_pass http://support:3000; ${forwarded} }
}`,
    serves: { "/products/cable/": "no", "/news": "no", "/live": "no", "/chat": "no" },
    guess: { "/products/cable/": "unclear", "/live": "unclear", "/chat": "unclear" },
  },
  {
    title: "answers of a language model, event by event",
    text: `server { listen 80; location /api/chat { proxy_pass http://backend:3000; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; proxy_cache off; proxy_read_timeout 1h; } }`,
    serves: { "/api/chat": "no" },
  },
  {
    title: "server-sent events",
    text: `server { listen 80; location /events { proxy_pass http://events:3000; proxy_set_header Connection ''; proxy_http_version 1.1; chunked_transfer_encoding off; proxy_buffering off; proxy_read_timeout 24h; } }`,
    serves: { "/events": "no" },
  },
  {
    title: "Mastodon",
    text: `${map}upstream backend { server 127.0.0.1:3000; } upstream streaming { server 127.0.0.1:4000; }
server { listen 443 ssl; root /home/mastodon/live/public;
  location / { try_files $uri @proxy; }
  location /api/v1/streaming { ${forwarded} proxy_pass http://streaming; proxy_buffering off; proxy_redirect off; ${pair} tcp_nodelay on; }
  location @proxy { ${forwarded} proxy_pass http://backend; proxy_buffering on; ${pair} tcp_nodelay on; }
}`,
    serves: { "/api/v1/streaming": "yes", "@proxy": "no" },
    guess: { "@proxy": "unclear" },
  },
  {
    title: "Laravel with Reverb",
    text: `server { listen 443 ssl; root /srv/public;
  location /app { ${literalPair} proxy_set_header Host $http_host; proxy_pass http://0.0.0.0:8080; }
  location ~ \\.php$ { fastcgi_pass unix:/run/php/php-fpm.sock; }
}`,
    serves: { "/app": "yes", "~ \\.php$": "no" },
  },
  {
    title: "Uptime Kuma beside a status page",
    text: `server { listen 80; location / { proxy_pass http://uptime-kuma:3001; ${forwarded} } location /status { proxy_pass http://statuspage:80; } }`,
    serves: { "/": "yes", "/status": "no" },
  },
  {
    title: "MQTT by WebSocket",
    text: `server { listen 443 ssl; location /mqtt { proxy_pass http://mosquitto:9001; ${literalPair} proxy_read_timeout 1h; } }`,
    serves: { "/mqtt": "yes" },
  },
  {
    title: "a game's server with Socket.IO",
    text: `upstream game { ip_hash; server game1:3000; server game2:3000; }
server { listen 80; location /socket.io/ { proxy_pass http://game; ${literalPair} } location / { proxy_pass http://game; ${literalPair} } }`,
    serves: { "/socket.io/": "yes", "/": "no" },
    guess: { "/": "unclear" },
  },
];
