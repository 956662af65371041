resource "aws_instance" "edge" {
  ami = var.ami

  user_data = <<-EOT
    #!/bin/sh
    apt-get install --yes nginx
    cat > /etc/nginx/conf.d/chat.conf <<'NGINX'
    server {
      listen 80;

      location /ws {
        proxy_pass http://${var.backend}:8080;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_http_version 1.1;
        proxy_set_header Host $host;
        proxy_read_timeout 1h;
      }
    }
    NGINX
    systemctl reload nginx
  EOT
}
