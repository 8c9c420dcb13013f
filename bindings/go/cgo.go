// SPDX-License-Identifier: Apache-2.0

package rollout

// ISO C: ranks are doubles that compare for equality, and gcc would contract them in its own dialect.

// #cgo CFLAGS: -O2 -std=c11
// #cgo rollout_system CFLAGS: -DROLLOUT_GO_SYSTEM
// #cgo rollout_system pkg-config: librollout
// #include "rollout_go.h"
import "C"

import (
	"strconv"
	"strings"
	"sync"
)

// Version is the version of the C library that is running, as "major.minor.patch".
func Version() string { return C.GoString(C.rollout_version()) }

// checkVersion refuses a library that another version's structs would be given to: possible with the build tag
// rollout_system alone, where another library than that of the headers may be loaded.
var checkVersion = sync.OnceValue(func() error { return versionError(Version()) })

func versionError(running string) error {
	parts := strings.Split(running, ".")
	if len(parts) == 3 {
		major, err1 := strconv.Atoi(parts[0])
		minor, err2 := strconv.Atoi(parts[1])
		patch, err3 := strconv.Atoi(parts[2])
		if err1 == nil && err2 == nil && err3 == nil && major == VersionMajor && minor == VersionMinor && patch >= VersionPatch {
			return nil
		}
	}
	return &Error{Code: ErrABI, Index: -1, Value: running, Message: "librollout " + running +
		" is running, and this package is made for " + strconv.Itoa(VersionMajor) + "." + strconv.Itoa(VersionMinor) + "." +
		strconv.Itoa(VersionPatch)}
}
