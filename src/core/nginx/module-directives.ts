/**
 * Directives of well-known modules and forks that neither nginx nor Debian's modules have: NGINX Plus, Angie, Tengine, rtmp, brotli, echo, ModSecurity,
 * NAXSI, nchan, substitutions and the like. They are nobody's slips, however near a name of nginx's they are.
 */
export const moduleDirectives: ReadonlySet<string> = new Set(
  `BasicRule CheckRule DeniedUrl LearningMode MainRule SecRulesDisabled SecRulesEnabled accesskey accesskey_key acme
  acme_certificate acme_client acme_issuer api application array_join array_split auth_digest auth_digest_user_file
  auth_gss auth_jwt auth_jwt_claim_set auth_jwt_key_file auth_jwt_require auth_jwt_type auth_ldap auth_ldap_servers
  auth_pam auth_pam_service_name brotli brotli_comp_level brotli_min_length brotli_static brotli_types cache_purge
  cc_deny check check_http_send check_status clickhouse concat concat_types consistent_hash cookie_flag ctpp2 dash
  dav_ext_lock dav_ext_methods degradation docker_endpoint drizzle_pass dyups_interface echo echo_duplicate echo_exec
  echo_location echo_reset_timer echo_sleep encrypted_session_iv encrypted_session_key eval eval_override_content_type
  exec exec_push ey_balancer f4f f4f_buffer_size fair fancyindex fancyindex_exact_size fancyindex_header
  fastcgi_cache_purge feedback footer geoip2 geoip2_proxy geoip2_proxy_recursive google_perftools_profiles
  graphite_config health_check hls hls_fragment_naming hls_mp4_buffer_size hls_path http_fingerprint http_random_index
  image_filter_webp_quality internal_redirect jdomain js_access js_body_filter js_content js_fetch_timeout
  js_header_filter js_import js_include js_path js_periodic js_preload_object js_set js_var jwt_secret kafka kafka_log
  keyval keyval_zone keyval_zone_redis ldap_server license_token limit_speed limit_traffic_rate limit_upstream_conn
  live log_zmq_server markdown_filter match max_connections memc_pass metric_zone modsecurity modsecurity_rules
  modsecurity_rules_file mogilefs_domain mogilefs_pass more_clear_headers more_set_headers nchan_channel_id
  nchan_publisher nchan_pubsub nchan_subscriber ntlm opentelemetry opentelemetry_config opentracing opentracing_tag
  otel_exporter otel_service_name otel_trace pagespeed pagespeedfilters passenger_enabled passenger_root passenger_ruby
  perl_modules perl_require postgres_pass postgres_query prometheus prometheus_template proxy_cache_purge proxy_connect
  proxy_connect_address proxy_connect_allow proxy_http3_max_concurrent_streams pull push push_stream_channels_path
  push_stream_publisher push_stream_subscriber queue rails_env rds_csv rds_json record redis2_pass redis2_query
  redis_pass req_status req_status_zone rtmp secure_token secure_token_types server_info session_log session_log_zone
  session_sticky set_cookie_flag set_decode_base64 set_encode_base32 set_encrypt_session set_escape_uri set_form_input
  set_hmac_sha1 set_iconv set_if_empty set_local_today set_md5 set_quote_sql_str set_random set_secure_random_alphanum
  set_sha1 set_unescape_uri slice_key slowfs_cache slowfs_temp_path small_light small_light_getparam_mode srcache_fetch
  srcache_store ssl_async state state_path statsd_count statsd_server status status_format status_location status_zone
  sticky_cookie_insert sticky_secret sticky_strict stub_status_zone subs_filter subs_filter_types sysguard
  sysguard_load testcookie testcookie_name testcookie_secret time_zone trim trim_css trim_js upload_cleanup upload_pass
  upload_set_form_field upload_store upstream_fair upstream_hash upstream_jdomain upstream_show vhost_traffic_status
  vhost_traffic_status_display vhost_traffic_status_zone vod vod_mode vod_upstream_location waf waf_mode waf_rule_path
  webp xslt_stylesheet xss_callback_arg xss_get zipkin zmq zstd zstd_comp_level zstd_types`.split(
    /\s+/,
  ),
);
