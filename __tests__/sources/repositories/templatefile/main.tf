resource "local_file" "site" {
  filename = "/etc/nginx/conf.d/chat.conf"
  content = templatefile("${path.module}/templates/chat.conf.tpl", {
    host    = var.domain
    backend = aws_instance.chat.private_ip
    extra   = var.extra
  })
}
