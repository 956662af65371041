resource "local_file" "site" {
  filename = "/etc/nginx/conf.d/chat.conf"
  content  = <<-EOT
    server {
      listen 80;
      server_name ${var.host};

      location /ws {
        proxy_pass http://${aws_instance.chat.private_ip}:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
      }
    }
  EOT
}
