"""Where a field of a Windows event is, and which Sigma log source an event belongs to.

An event's field stands in the column that ``WINDOWS_FIELDS`` names, otherwise in ``rest`` under its own name; never in
both, so a rule's field needs one place only (fields that share a column occur in different events). Names are Sigma's:
those of the events, besides ``EventID``, ``Computer``, ``Channel`` and ``Provider_Name`` of their header. What a column
is *made* of (``user`` of a logon, ``host`` of a connection, ``pid``) stays in ``rest`` as it came.

Sources: Microsoft's Sysmon schema 4.90 and Security auditing reference; SigmaHQ's taxonomy.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

WINDOWS_FIELDS: Final = MappingProxyType(
    {
        "EventID": "event_code",
        "Computer": "computer",
        "User": "user",
        # who started what
        "Image": "process",
        "SourceImage": "process",
        "NewProcessName": "process",
        "ProcessName": "process",
        "ParentImage": "parent_process",
        "ParentProcessName": "parent_process",
        "CommandLine": "command_line",
        "Description": "app",
        "ScriptBlockText": "message",
        "Message": "message",
        # what was touched
        "TargetFilename": "path",
        "ObjectName": "path",
        "ImageLoaded": "path",
        "TargetObject": "path",
        "PipeName": "path",
        "RelativeTargetName": "path",
        "NewName": "destination",
        "Hashes": "hash",
        "Hash": "hash",
        "QueryName": "host",
        "DeviceDescription": "device_name",
    }
)

# Events of proxies and web servers use the names of the W3C's extended log format.
PROXY_FIELDS: Final = MappingProxyType(
    {
        "c-uri": "url",
        "cs-host": "host",
        "r-dns": "host",
        "cs-method": "method",
        "cs-username": "user",
        "c-ip": "address",
        "src_ip": "address",
        "cs-bytes": "bytes_out",
        "sc-bytes": "bytes_in",
    }
)

SYSMON_CATEGORIES: Final = MappingProxyType(
    {
        "1": "process_creation",
        "2": "file_change",
        "3": "network_connection",
        "4": "sysmon_status",
        "5": "process_termination",
        "6": "driver_load",
        "7": "image_load",
        "8": "create_remote_thread",
        "9": "raw_access_thread",
        "10": "process_access",
        "11": "file_event",
        "12": "registry_add",  # or registry_delete, by EventType
        "13": "registry_set",
        "14": "registry_rename",
        "15": "create_stream_hash",
        "16": "sysmon_status",
        "17": "pipe_created",
        "18": "pipe_created",
        "19": "wmi_event",
        "20": "wmi_event",
        "21": "wmi_event",
        "22": "dns_query",
        "23": "file_delete",
        "24": "clipboard_capture",
        "25": "process_tampering",
        "26": "file_delete",
        "27": "file_block_executable",
        "28": "file_block_shredding",
        "29": "file_executable_detected",
        "255": "sysmon_error",
    }
)

# A rule's category that means any of several.
CATEGORY_UNIONS: Final = MappingProxyType(
    {"registry_event": ("registry_add", "registry_delete", "registry_set", "registry_rename")}
)

# (service, EventID) of events outside Sysmon that a category of Sigma covers.
OTHER_CATEGORIES: Final = MappingProxyType(
    {
        ("security", "4688"): "process_creation",
        ("security", "4689"): "process_termination",
        ("powershell", "4103"): "ps_module",
        ("powershell", "4104"): "ps_script",
        ("powershell-classic", "400"): "ps_classic_start",
        ("powershell-classic", "600"): "ps_classic_provider_start",
        ("powershell-classic", "800"): "ps_classic_script",
    }
)

SERVICES: Final = MappingProxyType(
    {
        "Security": "security",
        "Application": "application",
        "System": "system",
        "Microsoft-Windows-Sysmon/Operational": "sysmon",
        "Microsoft-Windows-PowerShell/Operational": "powershell",
        "PowerShellCore/Operational": "powershell",
        "Windows PowerShell": "powershell-classic",
        "Microsoft-Windows-TaskScheduler/Operational": "taskscheduler",
        "Microsoft-Windows-WMI-Activity/Operational": "wmi",
        "DNS Server": "dns-server",
        "Microsoft-Windows-DNS-Server/Audit": "dns-server-audit",
        "Microsoft-Windows-DNS-Server/Analytical": "dns-server-analytic",
        "Microsoft-Windows-DNS Client Events/Operational": "dns-client",
        "Microsoft-Windows-DriverFrameworks-UserMode/Operational": "driver-framework",
        "Microsoft-Windows-NTLM/Operational": "ntlm",
        "Microsoft-Windows-DHCP-Server/Operational": "dhcp",
        "MSExchange Management": "msexchange-management",
        "Microsoft-Windows-AppLocker/MSI and Script": "applocker",
        "Microsoft-Windows-AppLocker/EXE and DLL": "applocker",
        "Microsoft-Windows-AppLocker/Packaged app-Deployment": "applocker",
        "Microsoft-Windows-AppLocker/Packaged app-Execution": "applocker",
        "Microsoft-Windows-PrintService/Admin": "printservice-admin",
        "Microsoft-Windows-PrintService/Operational": "printservice-operational",
        "Microsoft-Windows-CodeIntegrity/Operational": "codeintegrity-operational",
        "Microsoft-Windows-SmbClient/Security": "smbclient-security",
        "Microsoft-Windows-Windows Firewall With Advanced Security/Firewall": "firewall-as",
        "Microsoft-Windows-Bits-Client/Operational": "bits-client",
        "Microsoft-Windows-Windows Defender/Operational": "windefend",
        "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational": "terminalservices-localsessionmanager",
        "Microsoft-ServiceBus-Client/Operational": "servicebus-client",
        "Microsoft-ServiceBus-Client/Admin": "servicebus-client",
        "Microsoft-Windows-LDAP-Client/Debug": "ldap",
        "Microsoft-Windows-Security-Mitigations/Kernel Mode": "security-mitigations",
        "Microsoft-Windows-Security-Mitigations/User Mode": "security-mitigations",
        "Microsoft-Windows-Diagnosis-Scripted/Operational": "diagnosis-scripted",
        "Microsoft-Windows-Shell-Core/Operational": "shell-core",
        "OpenSSH/Operational": "openssh",
        "Microsoft-Windows-BitLocker/BitLocker Management": "bitlocker",
        "Microsoft-Windows-VHDMP/Operational": "vhdmp",
        "Microsoft-Windows-AppXDeploymentServer/Operational": "appxdeployment-server",
        "Microsoft-Windows-AppxPackaging/Operational": "appxpackaging-om",
        "Microsoft-Windows-AppModel-Runtime/Admin": "appmodel-runtime",
        "Microsoft-Windows-LSA/Operational": "lsa-server",
        "Microsoft-Windows-CAPI2/Operational": "capi2",
        "Microsoft-Windows-CertificateServicesClient-Lifecycle-System/Operational": "certificateservicesclient-lifecycle-system",
        "Microsoft-Windows-Application-Experience/Program-Telemetry": "application-experience",
        "Microsoft-Windows-Application-Experience/Program-Compatibility-Assistant": "application-experience",
        "Microsoft-Windows-Hyper-V-Worker": "hyper-v-worker",
        "Microsoft-IIS-Configuration/Operational": "iis-configuration",
        "Microsoft-Windows-Kernel-EventTracing": "kernel-event-tracing",
        "Microsoft-Windows-Kernel-ShimEngine/Operational": "kernel-shimengine",
        "Microsoft-Windows-Kernel-ShimEngine/Diagnostic": "kernel-shimengine",
        "Microsoft-Windows-Ntfs/Operational": "ntfs",
        "Microsoft-Windows-SENSE/Operational": "sense",
    }
)


def log_source(channel: str, code: str, event_type: str = "") -> tuple[str, str]:
    """Return Sigma's category and service of an event of *channel* with the id *code*; '' where there is none."""
    service = SERVICES.get(channel, "")
    if service == "sysmon":
        if code == "12" and event_type.startswith("Delete"):
            return "registry_delete", service
        return SYSMON_CATEGORIES.get(code, ""), service
    return OTHER_CATEGORIES.get((service, code), ""), service
