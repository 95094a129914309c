package tiles

import (
	"sync"

	"github.com/go-logr/logr"
	"k8s.io/klog/v2" //nolint:depguard // the library logs there, and only there can it be told not to
)

// quiet keeps the library from writing to standard error. What goes wrong in it comes back as errors.
var quiet = sync.OnceFunc(func() { klog.SetLogger(logr.Discard()) })
