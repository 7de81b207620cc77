"""What people read: contexts, charts, mails, list files and the static site.

Reads only the published `rpt_` tables and lists of one run. Numbers are computed before they get
here; this room chooses words and layout.
"""
