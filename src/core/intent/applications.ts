/** Software whose WebSocket endpoints are known. */
export interface Application {
  readonly name: string;
  /** How upstreams, servers and containers of it are called; parts joined by `-`. */
  readonly called: readonly string[];
  /** The port that it alone has by default; a hint, no proof. */
  readonly port?: number;
  /** Where its WebSockets are, from its own root. `/` where they have no path of their own. */
  readonly endpoints: readonly string[];
  /** True where ordinary requests go to the same paths. */
  readonly mixed?: boolean;
  /** True where no other software has such a path, so that it says enough without a name. */
  readonly distinct?: boolean;
  /** True where it answers at these very paths only, so that a proxy may put nothing else in their place. */
  readonly fixed?: boolean;
  /** Where that is written. */
  readonly source: string;
}

/** Sorted by name. */
export const applications: readonly Application[] = [
  {
    name: "Audiobookshelf",
    called: ["audiobookshelf"],
    endpoints: ["/socket.io"],
    source: "https://github.com/advplyr/audiobookshelf#reverse-proxy-set-up",
  },
  {
    name: "Centrifugo",
    called: ["centrifugo"],
    endpoints: ["/connection/websocket"],
    distinct: true,
    source: "https://centrifugal.dev/docs/server/load_balancing",
  },
  {
    name: "Cockpit",
    called: [],
    endpoints: ["/cockpit/socket"],
    distinct: true,
    source: "https://github.com/cockpit-project/cockpit/wiki/Proxying-Cockpit-over-NGINX",
  },
  {
    name: "Collabora Online",
    called: ["collabora", "coolwsd", "loolwsd"],
    endpoints: ["/cool", "/lool"],
    mixed: true,
    source: "https://sdk.collaboraonline.com/docs/installation/Proxy_settings.html",
  },
  {
    name: "code-server",
    called: ["code-server", "codeserver", "openvscode-server"],
    endpoints: ["/"],
    source: "https://coder.com/docs/code-server/guide",
  },
  {
    name: "CryptPad",
    called: ["cryptpad"],
    endpoints: ["/cryptpad_websocket"],
    distinct: true,
    source: "https://docs.cryptpad.org/en/admin_guide/installation.html",
  },
  {
    name: "Emby",
    called: ["emby"],
    endpoints: ["/embywebsocket"],
    distinct: true,
    source: "https://github.com/MediaBrowser/Emby/wiki",
  },
  {
    name: "Etherpad",
    called: ["etherpad", "etherpad-lite"],
    endpoints: ["/socket.io"],
    source:
      "https://github.com/ether/etherpad-lite/wiki/How-to-put-Etherpad-Lite-behind-a-reverse-Proxy",
  },
  {
    name: "Excalidraw",
    called: ["excalidraw-room"],
    endpoints: ["/socket.io"],
    source: "https://github.com/excalidraw/excalidraw-room",
  },
  {
    name: "Frigate",
    called: ["frigate"],
    endpoints: ["/ws", "/live"],
    source:
      "https://github.com/blakeblackshear/frigate/blob/dev/docker/main/rootfs/usr/local/nginx/conf/nginx.conf",
  },
  {
    name: "GitLab",
    called: ["gitlab", "gitlab-ce", "gitlab-ee", "gitlab-workhorse", "workhorse"],
    endpoints: ["/-/cable"],
    distinct: true,
    fixed: true,
    source: "https://docs.gitlab.com/development/real_time/",
  },
  {
    name: "GitLab agent server",
    called: ["gitlab-kas"],
    endpoints: ["/"],
    source: "https://docs.gitlab.com/administration/clusters/kas/",
  },
  {
    name: "GitLab agent server",
    called: [],
    endpoints: ["/-/kubernetes-agent"],
    distinct: true,
    source: "https://docs.gitlab.com/administration/clusters/kas/",
  },
  {
    name: "Grafana",
    called: ["grafana"],
    endpoints: ["/api/live"],
    source: "https://grafana.com/tutorials/run-grafana-behind-a-proxy/",
  },
  {
    name: "GraphQL over WebSocket",
    called: [],
    endpoints: ["/graphql/subscriptions", "/graphql-ws"],
    distinct: true,
    source: "https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md",
  },
  {
    name: "Guacamole",
    called: ["guacamole", "guac", "guacd"],
    endpoints: ["/websocket-tunnel", "/guacamole/websocket-tunnel"],
    distinct: true,
    source: "https://guacamole.apache.org/doc/gug/reverse-proxy.html",
  },
  {
    name: "HedgeDoc",
    called: ["hedgedoc", "codimd"],
    endpoints: ["/socket.io"],
    source: "https://docs.hedgedoc.org/guides/reverse-proxy/",
  },
  {
    name: "Home Assistant",
    port: 8123,
    called: ["home-assistant", "homeassistant", "hass"],
    endpoints: ["/api/websocket"],
    source: "https://developers.home-assistant.io/docs/api/websocket",
  },
  {
    name: "Immich",
    port: 2283,
    called: ["immich", "immich-server"],
    endpoints: ["/api/socket.io"],
    source: "https://docs.immich.app/administration/reverse-proxy/",
  },
  {
    name: "Jellyfin",
    port: 8096,
    called: ["jellyfin"],
    endpoints: ["/socket"],
    source: "https://jellyfin.org/docs/general/post-install/networking/reverse-proxy/nginx/",
  },
  {
    name: "Jitsi Meet",
    called: ["jitsi", "jitsi-meet"],
    endpoints: ["/xmpp-websocket", "/colibri-ws"],
    distinct: true,
    source: "https://jitsi.github.io/handbook/docs/devops-guide/devops-guide-manual/",
  },
  {
    name: "Jupyter",
    called: ["jupyter", "jupyterhub", "jupyterlab"],
    endpoints: ["/api/kernels", "/terminals", "/user"],
    mixed: true,
    source: "https://jupyterhub.readthedocs.io/en/stable/howto/configuration/config-proxy.html",
  },
  {
    name: "Jupyter",
    called: [],
    endpoints: ["/api/kernels"],
    distinct: true,
    mixed: true,
    source: "https://jupyter-server.readthedocs.io/en/latest/developers/rest-api.html",
  },
  {
    name: "LiveKit",
    port: 7880,
    called: ["livekit", "livekit-server"],
    endpoints: ["/rtc"],
    source: "https://docs.livekit.io/home/self-hosting/deployment/",
  },
  {
    name: "Mastodon",
    called: ["mastodon-streaming"],
    endpoints: ["/api/v1/streaming"],
    distinct: true,
    mixed: true,
    source: "https://docs.joinmastodon.org/methods/streaming/",
  },
  {
    name: "Mattermost",
    port: 8065,
    called: ["mattermost"],
    endpoints: ["/api/v4/websocket"],
    distinct: true,
    fixed: true,
    source: "https://docs.mattermost.com/deployment-guide/server/setup-nginx-proxy.html",
  },
  {
    name: "Moonraker",
    port: 7125,
    called: ["moonraker"],
    endpoints: ["/websocket"],
    source: "https://moonraker.readthedocs.io/en/latest/external_api/introduction/",
  },
  {
    name: "n8n",
    port: 5678,
    called: ["n8n"],
    endpoints: ["/rest/push"],
    source: "https://github.com/n8n-io/n8n/issues/12688",
  },
  {
    name: "MinIO Console",
    called: ["minio-console"],
    endpoints: ["/ws"],
    mixed: true,
    source: "https://min.io/docs/minio/linux/integrations/setup-nginx-proxy-with-minio.html",
  },
  {
    name: "Next.js",
    called: [],
    endpoints: ["/_next/webpack-hmr"],
    distinct: true,
    source: "https://nextjs.org/docs/pages/guides/upgrading/version-12",
  },
  {
    name: "Nextcloud Client Push",
    port: 7867,
    called: ["notify-push"],
    endpoints: ["/ws"],
    source: "https://github.com/nextcloud/notify_push#reverse-proxy",
  },
  {
    name: "Nextcloud Talk signaling",
    called: ["spreed-signaling"],
    endpoints: ["/spreed"],
    source: "https://github.com/strukturag/nextcloud-spreed-signaling#nginx",
  },
  {
    name: "Node-RED",
    port: 1880,
    called: ["node-red", "nodered"],
    endpoints: ["/comms"],
    source: "https://nodered.org/docs/user-guide/runtime/configuration",
  },
  {
    name: "NodeBB",
    called: ["nodebb"],
    endpoints: ["/socket.io"],
    source: "https://docs.nodebb.org/configuring/proxies/nginx/",
  },
  {
    name: "noVNC",
    called: ["novnc", "websockify"],
    endpoints: ["/websockify"],
    distinct: true,
    source: "https://github.com/novnc/noVNC/wiki/Proxying-with-nginx",
  },
  {
    name: "OctoPrint",
    called: ["octoprint"],
    endpoints: ["/sockjs"],
    source: "https://docs.octoprint.org/en/master/api/push.html",
  },
  {
    name: "Odoo",
    port: 8072,
    called: ["odoo-chat", "odoochat", "odoo-im"],
    endpoints: ["/websocket"],
    source: "https://www.odoo.com/documentation/17.0/administration/on_premise/deploy.html",
  },
  {
    name: "Open WebUI",
    called: ["open-webui", "openwebui"],
    endpoints: ["/ws/socket.io"],
    source: "https://docs.openwebui.com",
  },
  {
    name: "Outline",
    called: ["outline"],
    endpoints: ["/realtime", "/collaboration"],
    source: "https://github.com/outline/outline/blob/main/server/services/websockets.ts",
  },
  {
    name: "Paperless-ngx",
    called: ["paperless", "paperless-ngx"],
    endpoints: ["/ws/status"],
    source: "https://github.com/paperless-ngx/paperless-ngx/blob/main/src/paperless/urls.py",
  },
  {
    name: "Phoenix LiveView",
    called: [],
    endpoints: ["/live/websocket"],
    distinct: true,
    source: "https://hexdocs.pm/phoenix_live_view/Phoenix.LiveView.Socket.html",
  },
  {
    name: "Plex",
    port: 32400,
    called: ["plex"],
    endpoints: ["/:/websockets"],
    distinct: true,
    fixed: true,
    source: "https://github.com/Arcanemagus/plex-api/wiki",
  },
  {
    name: "Portainer",
    called: ["portainer"],
    endpoints: ["/api/websocket"],
    source: "https://docs.portainer.io/advanced/reverse-proxy/nginx",
  },
  {
    name: "Proxmox",
    port: 8006,
    called: ["proxmox", "pve"],
    endpoints: ["/api2/json"],
    mixed: true,
    source: "https://pve.proxmox.com/wiki/Web_Interface_Via_Nginx_Proxy",
  },
  {
    name: "Reverb",
    called: ["reverb", "soketi", "pusher"],
    endpoints: ["/app"],
    source: "https://laravel.com/docs/reverb#web-server",
  },
  {
    name: "Rocket.Chat",
    called: ["rocket-chat", "rocketchat"],
    endpoints: ["/websocket", "/sockjs"],
    source: "https://docs.rocket.chat",
  },
  {
    name: "RStudio",
    called: ["rstudio", "rstudio-server"],
    endpoints: ["/"],
    source: "https://docs.posit.co/ide/server-pro/access_and_security/running_with_a_proxy.html",
  },
  {
    name: "Shiny Server",
    port: 3838,
    called: ["shiny", "shiny-server", "shinyproxy"],
    endpoints: ["/"],
    source: "https://docs.posit.co/shiny-server/",
  },
  {
    name: "Sonarr, Radarr, Lidarr, Prowlarr, Readarr",
    called: ["sonarr", "radarr", "lidarr", "prowlarr", "readarr", "whisparr"],
    endpoints: ["/signalr"],
    source: "https://wiki.servarr.com/sonarr/installation/reverse-proxy",
  },
  {
    name: "Streamlit",
    port: 8501,
    called: ["streamlit"],
    endpoints: ["/_stcore/stream"],
    distinct: true,
    fixed: true,
    source: "https://docs.streamlit.io/develop/concepts/architecture/architecture",
  },
  {
    name: "Taiga events",
    called: ["taiga-events"],
    endpoints: ["/events"],
    source: "https://docs.taiga.io/setup-production.html",
  },
  {
    name: "ttyd",
    called: ["ttyd", "gotty", "wetty"],
    endpoints: ["/ws"],
    source: "https://github.com/tsl0922/ttyd/wiki/Nginx-reverse-proxy",
  },
  {
    name: "Uptime Kuma",
    called: ["uptime-kuma", "uptimekuma"],
    endpoints: ["/socket.io"],
    source: "https://github.com/louislam/uptime-kuma/wiki/Reverse-Proxy",
  },
  {
    name: "Vaultwarden",
    called: ["vaultwarden", "bitwarden", "bitwardenrs"],
    endpoints: ["/notifications/hub", "/notifications/anonymous-hub"],
    distinct: true,
    source: "https://github.com/dani-garcia/vaultwarden/wiki/Proxy-examples",
  },
  {
    name: "webpack-dev-server",
    called: ["webpack-dev-server"],
    endpoints: ["/sockjs-node"],
    distinct: true,
    source: "https://v4.webpack.js.org/configuration/dev-server/",
  },
  {
    name: "Wekan",
    called: ["wekan"],
    endpoints: ["/websocket", "/sockjs"],
    source: "https://github.com/wekan/wekan/wiki/Nginx-Webserver-Config",
  },
  {
    name: "Zigbee2MQTT",
    called: ["zigbee2mqtt"],
    endpoints: ["/api"],
    source: "https://www.zigbee2mqtt.io/guide/configuration/frontend.html",
  },
];

/** Software that speaks plain HTTP only: upgrade headers in front of it were copied from elsewhere. */
export const withoutWebSocket: readonly Omit<Application, "endpoints">[] = [
  {
    name: "Alertmanager",
    called: ["alertmanager"],
    source: "https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml",
  },
  {
    name: "Calibre-Web",
    called: ["calibre-web", "calibreweb"],
    source: "https://github.com/janeczku/calibre-web/wiki/Setup-Reverse-Proxy",
  },
  {
    name: "Docker Registry",
    called: ["registry", "docker-registry"],
    source: "https://distribution.github.io/distribution/spec/api/",
  },
  {
    name: "Elasticsearch",
    called: ["elasticsearch"],
    source: "https://www.elastic.co/docs/api/doc/elasticsearch/",
  },
  {
    name: "Gerrit",
    called: ["gerrit"],
    source: "https://gerrit-review.googlesource.com/Documentation/config-reverseproxy.html",
  },
  {
    name: "Keycloak",
    called: ["keycloak"],
    source: "https://www.keycloak.org/server/reverseproxy",
  },
  {
    name: "Nexus Repository",
    called: ["nexus"],
    source: "https://help.sonatype.com/en/run-behind-a-reverse-proxy.html",
  },
  {
    name: "phpMyAdmin",
    called: ["phpmyadmin"],
    source: "https://docs.phpmyadmin.net/en/latest/setup.html",
  },
  {
    name: "Prometheus",
    called: ["prometheus"],
    source: "https://prometheus.io/docs/prometheus/latest/querying/api/",
  },
  {
    name: "Sharry",
    called: ["sharry"],
    source: "https://eikek.github.io/sharry/doc/reverseproxy",
  },
  {
    name: "Solr",
    called: ["solr"],
    source: "https://solr.apache.org/guide/solr/latest/deployment-guide/securing-solr.html",
  },
  {
    name: "SonarQube",
    called: ["sonarqube"],
    source: "https://docs.sonarsource.com/sonarqube-server/latest/setup-and-upgrade/",
  },
];
