"""Template filter: what the rooms below say, in the language of the page."""

from django import template

from hub.web.spoken import spoken

register = template.Library()
register.filter("spoken", spoken)
