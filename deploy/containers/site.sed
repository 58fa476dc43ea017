# nginx.conf for the container (Dockerfile).
s#server unix:/run/mxshop/uwsgi.sock;#zone mxshop_app 64k;\n    resolver 127.0.0.11 valid=5s ipv6=off;\n    server app:8001 resolve;#
s#shop\.example\.com#${SHOP_DOMAIN}#
s#listen 127.0.0.1:9180;#listen 9180;#
s#/var/log/nginx/mxshop.log#/dev/stdout#
s# ssl http2# ssl#
s#^    ssl_certificate  #    http2 on;\n&#
