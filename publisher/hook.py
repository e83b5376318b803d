"""The former address of the plugin, for installations that still name it."""

from publisher.mkdocs_plugin import PublisherPlugin as PublisherPlugin
