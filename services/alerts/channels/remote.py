"""Which Apprise URLs are allowed: services at a fixed place on the internet, by scheme. Pure; Apprise is not imported.

Left out are schemes that reach this machine (dbus, syslog, windows …), read its files (fcm, vapid), or call whatever
host the URL names (json, xml, ntfy, mattermost …): for an own server there is the signed webhook.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

SCHEMES = frozenset(
    """
    46elks atalk brevo bulksms bulkvs burstsms chanify clickatell clicksend cliq d7sms dingtalk discord
    eight00com exotel feishu firehydrant flock freemobile gchat groupme guilded gupshup httpsms ifttt
    ilert incidentio jira join kaleyra kavenegar kook kudosity kumulos lark lfg line mailersend
    mobilemessage msg91 msgbird nexmo notifiarr notifyre o365 octopush onesignal opsgenie pagerduty
    pagertree pbul plivo postmark pover prowl psafer psafers push pushed pushme pushplus pushy qq resend
    revolt ringc ryver schan sendgrid serwersms ses seven sfr signalgrid signl4 simplepush sinch slack
    smsc smsmanager smstunnel sns spike splunk spugpush spush squadcast stackfield telesign telnyx tgram
    threema twilio twist viber victorops voipms vonage webex wecombot whapi whatsapp wpush wxpusher
    wxteams zalo zcliq zohocliq zoom zulip
    """.split()  # noqa: SIM905
)
# Microsoft Teams: a Power Automate workflow's URL names its host, which must be Microsoft's.
WORKFLOWS = frozenset({"workflow", "workflows"})
WORKFLOW_HOSTS = (".logic.azure.com", ".powerplatform.com", ".powerautomate.com")
# Zulip's URL names an organisation in Zulip's cloud, or else the whole host of one's own server.
ZULIP_CLOUD = ".zulipchat.com"
# Options that would read a file here, follow redirects or weaken TLS.
REFUSED_OPTIONS = frozenset(
    {"attach", "config", "keyfile", "redirect", "redirects", "store", "template", "verify"}
)


def refusal(url: str) -> str | None:
    """Why this Apprise URL is not allowed; None where it is."""
    try:
        parts = urlsplit(url)
        options = {name.lstrip("+-:").lower() for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
        host = parts.hostname or ""
    except ValueError:
        return "This is not an Apprise URL."
    scheme = parts.scheme.lower()
    if scheme in WORKFLOWS:
        if not host.endswith(WORKFLOW_HOSTS):
            return "A Teams workflow lives at logic.azure.com or powerplatform.com."
    elif scheme not in SCHEMES:
        return f"‘{scheme or url[:20]}’ is not an allowed service; slack, workflows (Teams), discord, pagerduty … are."
    elif scheme == "zulip" and "." in host.removesuffix(ZULIP_CLOUD):
        return "A Zulip organisation lives at zulipchat.com."
    refused = sorted(options & REFUSED_OPTIONS)
    return f"The option {refused[0]} is not allowed." if refused else None
