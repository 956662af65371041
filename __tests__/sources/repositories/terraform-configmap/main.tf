resource "kubernetes_config_map" "edge" {
  metadata {
    name = "edge"
  }

  data = {
    "default.conf" = <<-EOT
      server {
        listen 80;

        location /ws {
          proxy_pass http://${kubernetes_service.chat.name}:8080;
          proxy_http_version 1.1;
          proxy_set_header Upgrade $http_upgrade;
          proxy_set_header Host $host;
          proxy_set_header Connection close;
          proxy_read_timeout 1h;
        }
      }
    EOT
  }
}
