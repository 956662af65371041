# Rules of one's own about the locations that nginx-websocket-guard finds:
#
#   nginx-websocket-guard check --format conftest --fail-on never > locations.json
#   conftest test --policy examples/conftest locations.json
package main

import rego.v1

# What the simulation proves: the upstream does not see a handshake that it may accept, at least not as Firefox writes it.
deny contains message if {
	some location in input.locations
	location.websocket.serves == "yes"
	location.handshake.firefox == "breaks"
	message := sprintf("%s: handshakes fail", [name(location)])
}

# What the house asks of its paths. A directive that is not in force is null, a header that nothing sets is not there.
deny contains message if {
	some location in input.locations
	startswith(location.path, "/ws")
	location.proxy_http_version != "1.1"
	count(location.unknown) == 0
	message := sprintf("%s: write proxy_http_version 1.1", [name(location)])
}

deny contains message if {
	some location in input.locations
	startswith(location.path, "/ws")
	object.get(location.proxy_set_header, "Upgrade", "") != "$http_upgrade"
	count(location.unknown) == 0
	message := sprintf("%s: write proxy_set_header Upgrade $http_upgrade", [name(location)])
}

# Where a value comes from is as good a reason.
warn contains message if {
	some location in input.locations
	location.websocket.serves == "yes"
	origin := location.provenance.proxy_read_timeout
	origin.level == "http"
	message := sprintf(
		"%s: its proxy_read_timeout %s is that of everything (%s:%d)",
		[name(location), location.proxy_read_timeout, origin.file, origin.line],
	)
}

name(location) := sprintf("%s:%d: location %s", [location.file, location.line, location.path])
