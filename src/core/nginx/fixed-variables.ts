/**
 * Variables that nginx itself defines and lets nobody define again: `map`, `set` and the like answer `the duplicate "host"
 * variable`. Measured on 1.22.1; others, such as `$args`, `$limit_rate` and most of `$http_…`, may be defined again.
 */
export const fixedVariables: ReadonlySet<string> = new Set(
  `binary_remote_addr body_bytes_sent bytes_sent connection connection_requests connection_time content_length
  content_type date_gmt date_local document_root document_uri fastcgi_path_info fastcgi_script_name gzip_ratio host
  hostname http2 http_cookie http_host http_referer http_user_agent http_via http_x_forwarded_for https is_args
  limit_conn_status limit_req_status msec nginx_version pid pipe proxy_add_x_forwarded_for proxy_internal_body_length
  proxy_internal_chunked proxy_protocol_addr proxy_protocol_port proxy_protocol_server_addr proxy_protocol_server_port
  query_string realip_remote_addr realip_remote_port realpath_root remote_addr remote_port remote_user request
  request_body request_body_file request_completion request_filename request_id request_length request_method
  request_time request_uri scheme secure_link secure_link_expires sent_http_connection server_addr server_name
  server_port server_protocol slice_range status tcpinfo_rtt time_iso8601 time_local uid_got uid_set upstream_addr
  upstream_response_time upstream_status uri`.split(/\s+/),
);
