"""The web server's way in: `gunicorn tracker.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
os.environ.setdefault("VIGIL_POOL_SIZE", "8")  # as many connections as a gunicorn process has threads

application = get_wsgi_application()
