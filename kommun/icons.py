"""The icons: drawn on 24 × 24, two units of line, no fill. Decoration; the word beside carries the meaning."""

# ruff: noqa: E501  (a drawing is one line)
from types import MappingProxyType

ICONS = MappingProxyType(
    {
        "add": '<path d="M12 5v14M5 12h14"/>',
        "alert": '<path d="M8.3 2.8h7.4l5.5 5.5v7.4l-5.5 5.5H8.3l-5.5-5.5V8.3z"/><path d="M12 7.2v6M12 16.7v.1"/>',
        "archive": '<path d="M3 4h18v5H3zM5 9v11h14V9M10 13h4"/>',
        "back": '<path d="M19 12H5M11 6l-6 6 6 6"/>',
        "book": '<path d="M12 6.5C10 5 7 4.5 3.5 4.5v14c3.5 0 6.5.5 8.5 2 2-1.5 5-2 8.5-2v-14c-3.5 0-6.5.5-8.5 2zM12 6.5v14"/>',
        "calendar": '<rect x="3.5" y="5" width="17" height="15.5" rx="2"/><path d="M3.5 10h17M8 2.5V6M16 2.5V6"/>',
        "camera": '<path d="M4 8h3.2L9 5.5h6L16.8 8H20a1 1 0 0 1 1 1v9.5a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1z"/>'
        '<circle cx="12" cy="13.4" r="3.5"/>',
        "chart": '<path d="M4 20.5h16.5M7 17v-5M12 17V7M17 17v-8"/>',
        "check": '<path d="M5 12.5l4.5 4.5L19 7.5"/>',
        "circle": '<circle cx="12" cy="12" r="8.5"/>',
        "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5.2l3.4 2"/>',
        "cross": '<path d="M6 6l12 12M18 6 6 18"/>',
        "diamond": '<path d="M12 3.5l8.5 8.5-8.5 8.5L3.5 12z"/>',
        "document": '<path d="M6 2.5h8l5 5v14H6zM14 2.5v5h5"/>',
        "download": '<path d="M12 3v12M7 10.5l5 5 5-5M4 20.5h16"/>',
        "edit": '<path d="M4 20h4L19.5 8.5l-4-4L4 16zM13 7l4 4"/>',
        "external": '<path d="M14 4h6v6M20 4l-9 9M18 13.5V20H4V6h6.5"/>',
        "eye": '<path d="M2.7 12C3.7 10.2 7 6 12 6s8.3 4.2 9.3 6c-1 1.8-4.3 6-9.3 6s-8.3-4.2-9.3-6z"/>'
        '<circle cx="12" cy="12" r="2.6"/>',
        "eye-off": '<path d="M3 3l18 18M10.6 6.2A9.6 9.6 0 0 1 12 6c5 0 8.3 4.2 9.3 6a15 15 0 0 1-2.6 3.3M6.2 7.7A14.5 14.5 0 0 0 '
        '2.7 12C3.7 13.8 7 18 12 18c1.3 0 2.5-.3 3.5-.7"/>',
        "flag": '<path d="M5 21V4h12l-2.5 4L17 12H5"/>',
        "half": '<circle cx="12" cy="12" r="8.5"/><path d="M12 3.5a8.5 8.5 0 0 1 0 17z" fill="currentColor"/>',
        "home": '<path d="M4 11l8-7 8 7M6 9.5V20h12V9.5"/>',
        "hourglass": '<path d="M6 3h12M6 21h12M7.5 3c0 5 4.5 6 4.5 9s-4.5 4-4.5 9M16.5 3c0 5-4.5 6-4.5 9s4.5 4 4.5 9"/>',
        "inbox": '<path d="M3.5 13.5 6 5h12l2.5 8.5V19h-17zM3.5 13.5H9l1.2 2.5h3.6l1.2-2.5h5.5"/>',
        "info": '<circle cx="12" cy="12" r="9"/><path d="M12 11v6M12 7.3v.1"/>',
        "list": '<path d="M9 6h11M9 12h11M9 18h11M4.5 6v.1M4.5 12v.1M4.5 18v.1"/>',
        "lock": '<rect x="5" y="11" width="14" height="10" rx="2"/><path d="M8 11V7.5a4 4 0 0 1 8 0V11"/>',
        "mail": '<rect x="3" y="5.5" width="18" height="13.5" rx="2"/><path d="M3.5 7l8.5 6.5L20.5 7"/>',
        "message": '<path d="M4 4.5h16v12H10l-4.5 4v-4H4z"/>',
        "minus": '<path d="M6 12h12"/>',
        "more": '<circle cx="5" cy="12" r="1.3"/><circle cx="12" cy="12" r="1.3"/><circle cx="19" cy="12" r="1.3"/>',
        "person": '<circle cx="12" cy="8" r="4"/><path d="M4 20.5c1-4 4.2-6 8-6s7 2 8 6"/>',
        "print": '<path d="M7 8V3h10v5M7 17H4a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1h16a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1h-3M7 14h10v7H7z"/>',
        "refresh": '<path d="M20 4.5V10h-5.5M4 19.5V14h5.5M19.5 10A8 8 0 0 0 5.6 7.2M4.5 14a8 8 0 0 0 13.9 2.8"/>',
        "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5 21 21"/>',
        "send": '<path d="M21 3 3 10.5l7 3 3 7zM10 13.5 21 3"/>',
        "shield": '<path d="M12 2.8 4.5 5.6v6c0 4.6 3.1 7.9 7.5 9.6 4.4-1.7 7.5-5 7.5-9.6v-6z"/><path d="M8.6 12l2.5 2.5 4.4-4.8"/>',
        "theme": '<circle cx="12" cy="12" r="9"/><path d="M12 3v18"/><path d="M12 3a9 9 0 0 1 0 18z" fill="currentColor"/>',
        "trash": '<path d="M4 6.5h16M9.5 6.5V4h5v2.5M6.5 6.5 7.4 20h9.2l.9-13.5M10.3 10.5v6M13.7 10.5v6"/>',
        "undo": '<path d="M8 5 4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11h-3"/>',
        "upload": '<path d="M12 15.5v-12M7 8l5-5 5 5M4 20.5h16"/>',
        "warning": '<path d="M12 3.5 22 20.5H2z"/><path d="M12 10v4.6M12 17.6v.1"/>',
    }
)
