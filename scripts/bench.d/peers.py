"""The proxies under measurement: their configurations, how each is started, when it is ready.

All have one worker, keep-alive upstream connections and no access log. Peers get the settings that
serve them best for the case: buffers that hold a whole body, as many kept connections as clients.
"""

import getpass
import http.client
import pathlib
import shutil
import socket

from children import Child, Fault, wait_until
from traffic import Traffic

POOL = 256           # upstream connections
MIRROR_MEMORY = 256  # MiB


def free_ports(count):
    """Free ports of the loopback address, all different."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def accepts(port):
    """Whether somebody accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def get(port, path):
    """(status, text) of a GET; status 0 when there is no answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except OSError:
        return 0, ""
    finally:
        connection.close()


class Proxy:
    """A running proxy: its child, its port. Waits until it is ready."""

    name = ""

    def __init__(self, run, core, upstream, shadow=None, prefix=(), **settings):
        self.run = run
        self.folder = run.folder / self.name
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.port, *self.more_ports = free_ports(3)
        command = self.prepare(upstream, shadow, settings)
        self.child = Child(self.name, [*prefix, *command], core, self.folder)
        self.wait_ready(60 if prefix else 10)

    @property
    def pid(self):
        return self.child.pid

    def wait_ready(self, seconds):
        wait_until(lambda: accepts(self.port), self.child, f"readiness of {self.name}", seconds)

    def prepare(self, upstream, shadow, settings):
        """Writes what the proxy reads; its command."""
        raise NotImplementedError

    def stop(self):
        self.child.stop()


class Understudy(Proxy):
    """Ours: one route, every limit and deadline as by default, comparison on."""

    name = "understudy"

    def prepare(self, upstream, shadow, settings):
        config = self.folder / "understudy.yaml"
        config.write_text(self.text(upstream, shadow, **settings))
        return [self.run.understudy, "run", "--config", config]

    def text(self, upstream, shadow, max_in_flight=POOL, max_memory=f"{MIRROR_MEMORY}MiB",
             mirror_memory=f"{MIRROR_MEMORY}MiB", grpc=False):
        admin, status = self.more_ports
        rest = f"pool: {{max_connections: {POOL}}}" + (", protocol: http2" if grpc else "")
        clusters = [f'  - {{name: v1, version: "1", endpoints: ["127.0.0.1:{upstream}"], {rest}}}']
        candidates = ""
        if shadow is not None:
            clusters.append(f'  - {{name: v2, version: "2", endpoints: ["127.0.0.1:{shadow}"], '
                            f"{rest}}}")
            candidates = ("    candidates:\n      - {cluster: v2, mirror: {rate: 1.0, "
                          f"max_in_flight: {max_in_flight}, max_memory: {max_memory}}}}}\n")
        return (f"workers: 1\ncompare_threads: 1\nlimits: {{mirror_memory: {mirror_memory}}}\n"
                f'listeners:\n  - {{name: bench, address: "127.0.0.1:{self.port}"}}\n'
                "clusters:\n" + "\n".join(clusters) + "\n"
                "routes:\n  - name: bench\n    match: {path_prefix: /}\n    effects: pure\n"
                "    incumbent: v1\n" + candidates + f"    compare: {{preset: oip-v2}}\n"
                f'admin: {{grpc: "127.0.0.1:{admin}", http: "127.0.0.1:{status}"}}\n'
                f"data_dir: {self.folder / 'kept'}\nlog: {{format: text, access: errors}}\n"
                "drain: {grace: 0, timeout: 2s}\n")

    def wait_ready(self, seconds):
        wait_until(lambda: get(self.more_ports[1], "/readyz")[0] == 200, self.child,
                   "readiness of understudy", seconds)

    def metrics(self):
        """[(name, labels as text, value)] of its metrics page."""
        status, page = get(self.more_ports[1], "/metrics")
        if status != 200:
            raise Fault(f"understudy's /metrics answered {status}")
        samples = []
        for line in page.splitlines():
            if not line.startswith("#"):
                key, _, value = line.rpartition(" ")
                name, _, labels = key.partition("{")
                samples.append((name.removeprefix("understudy_"), labels, float(value)))
        return samples

    def stop(self):
        code = self.child.stop()
        if code != 0:
            raise Fault(f"understudy ended with code {code}: {self.child.tail()}")


class Nginx(Proxy):
    """nginx; its mirror copies each request and drops the answer."""

    name = "nginx"

    def prepare(self, upstream, shadow, settings):
        config = self.folder / "nginx.conf"
        config.write_text(self.text(upstream, shadow, **settings))
        return ["nginx", "-p", self.folder, "-e", self.folder / "error.log", "-c", config]

    def text(self, upstream, shadow, body_buffer="16k", streams=False, grpc=False):
        mirror = location = servers = ""
        serve = "grpc_pass grpc://serving;" if grpc else "proxy_pass http://serving;"
        if shadow is not None:
            mirror = "mirror /mirror; mirror_request_body on;"
            copy = ("grpc_pass grpc://shadow;" if grpc
                    else "proxy_pass http://shadow$request_uri;")
            location = f"location = /mirror {{ internal; {copy} }}"
            servers = f"upstream shadow {{ server 127.0.0.1:{shadow}; keepalive {POOL}; }}"
        streaming = "proxy_buffering off;" if streams else ""
        temporary = " ".join(f"{kind}_temp_path {self.folder}/{kind};" for kind in (
            "client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        return f"""
daemon off; worker_processes 1; pid {self.folder}/pid; user {getpass.getuser()};
error_log {self.folder}/error.log error;
events {{ worker_connections 8192; }}
http {{
  access_log off; tcp_nodelay on; {temporary}
  keepalive_requests 1000000000; keepalive_timeout 75s;
  client_max_body_size 0; client_body_buffer_size {body_buffer};
  proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  proxy_buffers 8 16k; proxy_buffer_size 16k; {streaming}
  upstream serving {{ server 127.0.0.1:{upstream}; keepalive {POOL};
    keepalive_requests 1000000000; }}
  {servers}
  server {{
    listen 127.0.0.1:{self.port}{" http2" if grpc else ""};
    location / {{ {mirror} {serve} }}
    {location}
  }}
}}
"""


class HAProxy(Proxy):
    """HAProxy, plain: without a program of its own at its side it does not mirror."""

    name = "haproxy"

    def prepare(self, upstream, shadow, settings):
        config = self.folder / "haproxy.cfg"
        config.write_text(f"""
global
  nbthread 1
  maxconn 8192
defaults
  mode http
  option http-keep-alive
  option forwardfor
  http-reuse always
  timeout connect 5s
  timeout client 75s
  timeout server 60s
  timeout http-request 10s
frontend bench
  bind 127.0.0.1:{self.port}
  default_backend serving
backend serving
  server v1 127.0.0.1:{upstream} pool-max-conn {POOL}
""")
        return ["haproxy", "-db", "-f", config]


class Envoy(Proxy):
    """Envoy, with request mirroring."""

    name = "envoy"

    def prepare(self, upstream, shadow, settings):
        config = self.folder / "envoy.yaml"
        mirror = ("request_mirror_policies: [{cluster: shadow}], " if shadow is not None else "")
        clusters = "".join(f"""
  - name: {name}
    connect_timeout: 5s
    circuit_breakers: {{thresholds: [{{max_connections: {POOL}, max_requests: 8192,
      max_pending_requests: 8192}}]}}
    load_assignment: {{cluster_name: {name}, endpoints: [{{lb_endpoints: [{{endpoint:
      {{address: {{socket_address: {{address: 127.0.0.1, port_value: {port}}}}}}}}}]}}]}}"""
                           for name, port in (("serving", upstream), ("shadow", shadow))
                           if port is not None)
        manager = ("envoy.extensions.filters.network.http_connection_manager.v3"
                   ".HttpConnectionManager")
        router = "envoy.extensions.filters.http.router.v3.Router"
        config.write_text(f"""
static_resources:
  listeners:
  - address: {{socket_address: {{address: 127.0.0.1, port_value: {self.port}}}}}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/{manager}
          stat_prefix: bench
          codec_type: HTTP1
          generate_request_id: false
          http_filters:
          - name: envoy.filters.http.router
            typed_config: {{"@type": type.googleapis.com/{router}}}
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes: [{{match: {{prefix: "/"}},
                        route: {{{mirror}cluster: serving, timeout: 60s}}}}]
  clusters:{clusters}
""")
        return [self.run.envoy, "-c", config, "--concurrency", "1", "--disable-hot-restart",
                "--log-level", "error"]


class Floor:
    """No proxy at all: a bare receive and send for each request, as a process of its own."""

    name = "floor"

    def __init__(self, run, core, answer):
        self.traffic = Traffic(run, "floor", core, [f"answer,bytes={answer}"])
        self.child = self.traffic.child
        self.pid = self.child.pid
        self.port = self.traffic.ports[0]

    def stop(self):
        self.traffic.end()


def envoy_program(venv):
    """Where the virtual environment holds Envoy, or None."""
    for path in pathlib.Path(venv).glob("lib/python3*/site-packages/envoy/_bin/envoy"):
        return path.resolve()
    return None
