package sched

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// panicked makes a violation of a recovered panic; it must be called by the
// function that recovered. The site is the innermost function of the program.
func panicked(r any) Violation {
	v := Violation{Kind: KindPanic, Site: "panic", Stack: string(debug.Stack())}
	v.Message, _, _ = strings.Cut(fmt.Sprint(r), "\n")
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		f, more := frames.Next()
		if shown(f.Function) {
			v.Site = shortFunc(f.Function)
			break
		}
		if !more {
			break
		}
	}
	return v
}
