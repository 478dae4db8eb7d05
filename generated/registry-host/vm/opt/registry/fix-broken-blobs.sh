#!/bin/sh
exec /opt/registry/bin/guard scan --fix-layer-links "$@"
