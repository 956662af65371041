server {
  listen 80;
  server_name ${host};

  location /ws {
    proxy_pass http://${backend}:8080;
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";
    proxy_set_header Host $${host};
    proxy_read_timeout 1h;
  }
%{ for line in extra ~}
  ${line};
%{ endfor ~}
}
