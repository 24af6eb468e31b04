"""What gunicorn serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
application = get_wsgi_application()

# What is loaded now stays for good. A full collection would look through all of it, in the middle of some request, and
# would make each worker copy what it shares with the others.
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()
