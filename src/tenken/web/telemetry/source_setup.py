"""How each kind of sender is pointed at this server: lines ready to be copied into its configuration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from tenken.telemetry.models import Source

KEY_PLACE: Final = "＜送信元の鍵＞"


@dataclass(frozen=True)
class Step:
    """``where``: the file or the command; ``lines``: what to write there."""

    title: str
    where: str
    lines: str
    note: str = ""


@dataclass(frozen=True)
class Setup:
    """What to do, and what to beware of."""

    steps: tuple[Step, ...]
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Place:
    """Where this server is received at, and as whom."""

    host: str
    base: str
    tls: bool
    syslog_port: int | None
    syslog_tls_port: int | None
    key: str


def setup_of(source: Source, listening: dict[str, Any], *, host: str, key: str = "") -> Setup:
    """Return how a sender of *source* is set up. *listening*: ``reception.queries.listening``; *host*: the name of this
    server; *key*: only while it is shown."""
    scheme = "https" if listening.get("tls") else "http"
    place = _Place(
        host=host,
        base=f"{scheme}://{host}:{listening.get('port', 8010)}",
        tls=bool(listening.get("tls")),
        syslog_port=listening.get("syslog_port"),
        syslog_tls_port=listening.get("syslog_tls_port"),
        key=key or KEY_PLACE,
    )
    made = _SETUPS[source.protocol](source, place)
    return Setup(made.steps, (*_about_listening(source, listening), *made.cautions))


def _about_listening(source: Source, listening: dict[str, Any]) -> list[str]:
    if source.protocol == Source.Protocol.CSV:
        return []
    if not listening:
        return ["いま受信しているプロセスがありません。宛先のポートは既定のもの（8010）です。"]
    cautions = []
    if listening.get("host") in ("127.0.0.1", "::1"):
        cautions.append(
            "このサーバーの中からだけ受信しています。ほかの機器から受けるには、"
            "--receive-hostにサーバーのアドレスを指定して起動してください。"
        )
    if not listening.get("tls") and source.protocol != Source.Protocol.SYSLOG:
        cautions.append(
            "暗号化せずに受信しています。鍵とログが庁内のネットワークをそのまま流れます。"
            "--receive-certと--receive-keyで証明書を指定してください。"
        )
    return cautions


_URL_RISK: Final = (
    "宛先に鍵を含める書き方では、途中の中継サーバー（プロキシ）の記録や、端末の設定を読める人に鍵が見えます。"
    "Basic認証が使えるエージェントでは、そちらを使ってください。鍵が漏れたときは「鍵を変える」で無効にできます。"
)


def _ocs(source: Source, place: _Place) -> Setup:
    keyed = f"{place.base}/k/{place.key}/ocsinventory"
    return Setup(
        (
            Step(
                "OCS Inventory（Linux）",
                "/etc/ocsinventory/ocsinventory-agent.cfg",
                f"server={keyed}",
                "Debianの既定の「local=…」の行は消します（残っていると送信しません）。",
            ),
            Step(
                "OCS Inventory（Windows）",
                "コマンド（管理者）",
                f"OCS-Windows-Agent-Setup.exe /S /NOSPLASH /NOW /SERVER={keyed}",
            ),
            Step(
                "FusionInventory",
                "/etc/fusioninventory/agent.cfg",
                f"server = {place.base}/inventory\nuser = tenken\npassword = {place.key}",
            ),
        ),
        (_URL_RISK,),
    )


def _glpi(source: Source, place: _Place) -> Setup:
    return Setup(
        (
            Step(
                "GLPIエージェント（Linux）",
                "/etc/glpi-agent/conf.d/tenken.cfg",
                f"server = {place.base}/inventory\nuser = tenken\npassword = {place.key}",
            ),
            Step(
                "GLPIエージェント（Windows）",
                "コマンド（管理者）",
                f'msiexec /i GLPI-Agent-x64.msi /quiet SERVER="{place.base}/inventory" USER="tenken" PASSWORD="{place.key}"',
            ),
        )
    )


def _osquery(source: Source, place: _Place) -> Setup:
    cautions = () if place.tls else ("osqueryはTLSでだけ送信します。証明書を指定して受信してください。",)
    return Setup(
        (
            Step("登録の鍵", "/etc/osquery/tenken.secret（所有者だけが読めるように）", place.key),
            Step(
                "osquery",
                "/etc/osquery/osquery.flags",
                f"--tls_hostname={place.base.partition('://')[2]}\n"
                "--tls_server_certs=/etc/osquery/tenken-ca.pem\n"
                "--host_identifier=uuid\n"
                "--enroll_secret_path=/etc/osquery/tenken.secret\n"
                "--enroll_tls_endpoint=/osquery/enroll\n"
                "--config_plugin=tls\n"
                "--config_tls_endpoint=/osquery/config\n"
                "--config_refresh=3600\n"
                "--logger_plugin=tls\n"
                "--logger_tls_endpoint=/osquery/log\n"
                "--logger_tls_period=30\n"
                "--disable_distributed=false\n"
                "--distributed_plugin=tls\n"
                "--distributed_interval=300\n"
                "--distributed_tls_read_endpoint=/osquery/distributed/read\n"
                "--distributed_tls_write_endpoint=/osquery/distributed/write",
                "tenken-ca.pemは、このサーバーの証明書を発行した認証局の証明書です。",
            ),
        ),
        cautions,
    )


def _otlp(source: Source, place: _Place) -> Setup:
    return Setup(
        (
            Step(
                "OpenTelemetry Collector",
                "config.yamlのexporters",
                "exporters:\n"
                "  otlphttp/tenken:\n"
                f"    logs_endpoint: {place.base}/v1/logs\n"
                "    compression: gzip\n"
                "    headers:\n"
                f"      authorization: Bearer {place.key}\n"
                "    retry_on_failure:\n"
                "      enabled: true\n"
                "      max_elapsed_time: 0",
            ),
            Step(
                "OpenTelemetry SDK",
                "環境変数",
                f"OTEL_EXPORTER_OTLP_LOGS_ENDPOINT={place.base}/v1/logs\n"
                "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL=http/protobuf\n"
                "OTEL_EXPORTER_OTLP_LOGS_COMPRESSION=gzip\n"
                f"OTEL_EXPORTER_OTLP_LOGS_HEADERS=authorization=Bearer%20{place.key}",
            ),
        )
    )


def _syslog(source: Source, place: _Place) -> Setup:
    secret, plain = place.syslog_tls_port or 6514, place.syslog_port or 5514
    cautions = []
    if not (place.syslog_port or place.syslog_tls_port):
        cautions.append(
            "syslogを受信していません。--receive-syslog-port（TCP）か--receive-syslog-tls-port（TLS）を指定して起動してください。"
        )
    if not source.certificate and not source.addresses.exists():
        cautions.append("送信元の証明書かアドレスを登録するまで、この送信元からは受信しません。")
    return Setup(
        (
            Step(
                "rsyslog（TLS）",
                "/etc/rsyslog.d/60-tenken.conf",
                'global(defaultNetstreamDriverCAFile="/etc/rsyslog-tenken/ca.pem"\n'
                '       defaultNetstreamDriverCertFile="/etc/rsyslog-tenken/client.pem"\n'
                '       defaultNetstreamDriverKeyFile="/etc/rsyslog-tenken/client.key")\n'
                f'action(type="omfwd" target="{place.host}" port="{secret}" protocol="tcp"\n'
                '       StreamDriver="gtls" StreamDriverMode="1" StreamDriverAuthMode="x509/name"\n'
                f'       StreamDriverPermittedPeers="{place.host}"\n'
                '       TCP_Framing="octet-counted" template="RSYSLOG_SyslogProtocol23Format"\n'
                '       queue.type="LinkedList" queue.filename="tenken" queue.saveOnShutdown="on"\n'
                '       action.resumeRetryCount="-1")',
                "rsyslog-gnutlsが要ります。client.pemを、この送信元の証明書として登録します。",
            ),
            Step(
                "rsyslog（TCP）",
                "/etc/rsyslog.d/60-tenken.conf",
                f'action(type="omfwd" target="{place.host}" port="{plain}" protocol="tcp"\n'
                '       TCP_Framing="octet-counted" template="RSYSLOG_SyslogProtocol23Format"\n'
                '       queue.type="LinkedList" queue.filename="tenken" queue.saveOnShutdown="on"\n'
                '       action.resumeRetryCount="-1")',
                "送信元のアドレスで見分けます。暗号化されず、アドレスを偽られるおそれがあります。",
            ),
            Step(
                "syslog-ng（TLS）",
                "/etc/syslog-ng/conf.d/tenken.conf",
                "destination d_tenken {\n"
                f'  syslog("{place.host}" port({secret}) transport("tls")\n'
                '    tls(ca-file("/etc/syslog-ng/tenken-ca.pem")\n'
                '        cert-file("/etc/syslog-ng/client.pem") key-file("/etc/syslog-ng/client.key"))\n'
                "    disk-buffer(reliable(yes) disk-buf-size(1073741824)));\n"
                "};",
            ),
        ),
        tuple(cautions),
    )


def _lines(source: Source, place: _Place) -> Setup:
    host, _, port = place.base.partition("://")[2].partition(":")
    read = ""
    if source.dialect == Source.Dialect.WINDOWS:
        read = (
            "[INPUT]\n    Name         winevtlog\n"
            "    Channels     Security,Microsoft-Windows-Sysmon/Operational,Microsoft-Windows-PrintService/Operational\n"
            "    Interval_Sec 1\n    DB           C:\\ProgramData\\fluent-bit\\winevtlog.db\n\n"
        )
    output = (
        "[OUTPUT]\n    Name     http\n    Match    *\n"
        f"    Host     {host}\n    Port     {port}\n    URI      /lines\n    Format   json_lines\n"
        f"    Compress gzip\n    Header   X-Tenken-Key {place.key}\n"
        f"    tls      {'on' if place.tls else 'off'}\n    Retry_Limit no_limits"
    )
    return Setup(
        (
            Step("Fluent Bit", "fluent-bit.conf", read + output),
            Step(
                "試しに送る",
                "コマンド",
                f"curl --data-binary @events.jsonl -H 'X-Tenken-Key: {place.key}' {place.base}/lines",
                "1行に1件のJSONです。",
            ),
        )
    )


def _csv(source: Source, place: _Place) -> Setup:
    return Setup(
        (),
        ("CSVファイルは、「CSVの取込み」で、この送信元を選んで取り込みます。列の対応づけを先に保存します。",),
    )


_SETUPS: Final[dict[str, Callable[[Source, _Place], Setup]]] = {
    Source.Protocol.OCS.value: _ocs,
    Source.Protocol.GLPI.value: _glpi,
    Source.Protocol.OSQUERY.value: _osquery,
    Source.Protocol.OTLP.value: _otlp,
    Source.Protocol.SYSLOG.value: _syslog,
    Source.Protocol.JSON_LINES.value: _lines,
    Source.Protocol.CSV.value: _csv,
}
