"""What an information asset is worth, in what it is kept, and what a system hangs on."""

from __future__ import annotations

from django.db import models


class Classification(models.TextChoices):
    """重要性分類 (document 003, (3)1): S is the most important."""

    S = "S", "Ｓ"
    I = "1", "Ⅰ"  # noqa: E741 - the document's own name
    II = "2", "Ⅱ"
    III = "3", "Ⅲ"


class Storage(models.TextChoices):
    """In what an asset is kept. Threats depend on it."""

    PAPER = "paper", "紙"
    REMOVABLE_MEDIA = "removable_media", "外部記録媒体（USBメモリなど）"
    TERMINAL = "terminal", "端末（庁内LANのパソコン）"
    STANDALONE_PC = "standalone_pc", "スタンドアロンパソコン"
    SERVER = "server", "サーバ・情報システム"
    SHARED_FOLDER = "shared_folder", "共有フォルダ"
    EXTERNAL_SERVICE = "external_service", "外部サービス・委託先"


class Network(models.TextChoices):
    """What a system is connected to: the three layers of a city's network, and what lies outside them."""

    MY_NUMBER = "my_number", "個人番号利用事務系"
    LGWAN = "lgwan", "LGWAN接続系"
    INTERNET = "internet", "インターネット接続系"
    STANDALONE = "standalone", "独立（庁内LANにつながない）"
    EXTERNAL_SERVICE = "external_service", "外部サービス（クラウド）"
