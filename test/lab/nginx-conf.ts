/** What the lab's nginx serves: a page, a secret, a forbidden folder, a throttled login, TLS. */
export const NGINX_CONF = `
user root;
worker_processes 1;
pid /run/rampart/nginx.pid;
error_log /var/log/nginx/error.log info;
events { worker_connections 1024; }
http {
  access_log /var/log/nginx/access.log;
  limit_req_zone $binary_remote_addr zone=login:1m rate=2r/s;
  client_body_temp_path /run/rampart/body;
  proxy_temp_path /run/rampart/proxy;
  fastcgi_temp_path /run/rampart/fastcgi;
  uwsgi_temp_path /run/rampart/uwsgi;
  scgi_temp_path /run/rampart/scgi;
  server {
    listen 80;
    listen [::]:80;
    listen 443 ssl;
    listen [::]:443 ssl;
    ssl_certificate /etc/nginx/cert.pem;
    ssl_certificate_key /etc/nginx/key.pem;
    root /etc/nginx/www;
    location /secret/ { auth_basic "secret"; auth_basic_user_file /etc/nginx/htpasswd; }
    location /forbidden/ { deny all; }
    location /login { limit_req zone=login burst=2 nodelay; }
  }
}
`
