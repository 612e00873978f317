"""nginx, curl and aria2c, as one would use them for large files."""
import signal

from shoalbench import tools
from shoalbench.network import HERE
from shoalbench.processes import Process, StepFailed, await_listener, run

# Each on a host of its own or on loopback of the bench's own network, where nobody else has it.
PORT = 8080

NGINX = """daemon off;
user root;
worker_processes 2;
pid {home}/nginx.pid;
error_log {home}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  client_body_temp_path {home}/body;
  proxy_temp_path {home}/proxy;
  fastcgi_temp_path {home}/fastcgi;
  uwsgi_temp_path {home}/uwsgi;
  scgi_temp_path {home}/scgi;
  server {{ listen {address}:{port}; root {files}; }}
}}
"""


class Nginx:
    """A web server for a folder."""

    def __init__(self, files, home, host=HERE, port=PORT):
        home.mkdir(parents=True, exist_ok=True)
        configuration = home / 'nginx.conf'
        configuration.write_text(NGINX.format(home=home, files=files, address=host.address, port=port))
        self.host = host
        self.port = port
        self.process = Process([tools.find('nginx'), '-p', home, '-e', home / 'error.log', '-c', configuration],
                               home / 'nginx.out', host.prefix)
        with host.entered():
            await_listener(self.process, host.address, port)

    def url(self, name):
        return 'http://%s:%d/%s' % (self.host.address, self.port, name)

    def mark(self):
        self.process.mark()

    def usage(self):
        return self.process.usage()

    def stop(self):
        self.process.stop(signal.SIGTERM)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def curl(url, target, log, host=HERE):
    """Fetches one file."""
    return run([tools.find('curl'), '-sS', '--fail', '-o', target, url], log, host.prefix)


def curl_and_check(url, target, sha256, log):
    """Fetches one file, then checks it as one does: seconds and usage of both."""
    fetched = curl(url, target, log)
    printed = log.parent / 'openssl.out'
    printed.unlink(missing_ok=True)
    checked = digest(target, printed)
    if sha256 not in printed.read_text():
        raise StepFailed('the file that curl fetched has another digest')
    return checked.ended - fetched.began, fetched.usage + checked.usage


def digest(path, log):
    return run([tools.find('openssl'), 'dgst', '-sha256', path], log)


def mirrored(urls, target, log, host=HERE):
    """Fetches one file from several mirrors at once: seconds and usage."""
    done = run([tools.find('aria2c'), '-q', '--no-conf', '--file-allocation=none', '--auto-file-renaming=false',
                '-s', len(urls), '-x', '1', '-k', '1M', '-d', target.parent, '-o', target.name, *urls], log, host.prefix)
    return done.seconds, done.usage


