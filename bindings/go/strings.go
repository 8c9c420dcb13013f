// SPDX-License-Identifier: Apache-2.0

package rollout

// #include "rollout_go.h"
import "C"

import (
	"strconv"
	"strings"
)

func flagText(bits uint32, names []string) string {
	if bits == 0 {
		return "0"
	}
	var parts []string
	for i, name := range names {
		if bits&(1<<i) != 0 {
			parts = append(parts, name)
			bits &^= 1 << i
		}
	}
	if bits != 0 {
		parts = append(parts, "0x"+strconv.FormatUint(uint64(bits), 16))
	}
	return strings.Join(parts, "|")
}

func unknownText(kind string, value int64) string {
	return kind + "(" + strconv.FormatInt(value, 10) + ")"
}

// String is the reason's name as documents spell it, "UpToDate"; "Reason(7)" for an unknown one.
func (r Reason) String() string {
	if name := C.rollout_reason_name(C.uint32_t(r)); name != nil {
		return C.GoString(name)
	}
	return unknownText("Reason", int64(r))
}

// Class is what the reason says in general; also of reasons that this version does not know.
func (r Reason) Class() ReasonClass { return ReasonClass(r / 100) }

// String is the operation's name as documents spell it, "update-in-place"; "Op(99)" for an unknown one.
func (o Op) String() string {
	if name := C.rollout_op_name(C.uint32_t(o)); name != nil {
		return C.GoString(name)
	}
	return unknownText("Op", int64(o))
}
