// SPDX-License-Identifier: Apache-2.0

package rollout

import (
	"slices"
	"strings"
)

// keyed is a member of a map on its way to C.
type keyed[V any] struct {
	key   string
	value V
}

// sortByKey puts members in the order in which C gets them, whatever order the map gave. Most maps have under ten.
func sortByKey[V any](members []keyed[V]) {
	if len(members) > 24 {
		slices.SortFunc(members, func(a, b keyed[V]) int { return strings.Compare(a.key, b.key) })
		return
	}
	for i := 1; i < len(members); i++ {
		m, at := members[i], i
		for at > 0 && m.key < members[at-1].key {
			members[at] = members[at-1]
			at--
		}
		members[at] = m
	}
}
