package contracts

import (
	"runtime"
	"strings"
)

// mostFrames is the depth of the deepest call stack that is told from others.
const mostFrames = 64

// frame is one call on a stack.
type frame struct {
	pc   uintptr
	line int
	fn   string // function of the heap in the notation of the model, "" for others
	full string // name in the program
}

// stacks turns the program counters of stacks into calls, and remembers them.
type stacks struct {
	known map[[mostFrames]uintptr][]frame
}

// here returns the calls that led to the caller of its caller, outermost first.
func (s *stacks) here() []frame {
	var pcs [mostFrames]uintptr
	n := runtime.Callers(3, pcs[:])
	if n == mostFrames {
		panic("contracts: a call stack is too deep to be observed")
	}
	if f, ok := s.known[pcs]; ok {
		return f
	}
	var list []frame
	it := runtime.CallersFrames(pcs[:n])
	for {
		f, more := it.Next()
		list = append(list, frame{pc: f.PC, line: f.Line, fn: heapFunction(f.Function), full: f.Function})
		if !more {
			break
		}
	}
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
	if s.known == nil {
		s.known = map[[mostFrames]uintptr][]frame{}
	}
	s.known[pcs] = list
	return list
}

// heapFunction turns lockheld/heap.(*pageAlloc).update into pageAlloc.update. It
// returns "" for functions elsewhere, function literals, the assertions, and what
// the heap offers to scenarios.
func heapFunction(full string) string {
	name, ok := strings.CutPrefix(full, "lockheld/heap.")
	if !ok || strings.Contains(name, ".func") || strings.HasSuffix(name, "-fm") {
		return ""
	}
	name = strings.NewReplacer("(*", "", ")", "").Replace(name)
	receiver, method, ok := strings.Cut(name, ".")
	if !ok {
		return name
	}
	if strings.HasPrefix(method, "assert") || receiver[0] >= 'A' && receiver[0] <= 'Z' {
		return ""
	}
	return name
}

// common returns how many calls, from the outermost on, are the same in two
// stacks. The innermost of these may have moved on.
func common(a, b []frame) int {
	n := min(len(a), len(b))
	for i := range n {
		switch {
		case a[i].pc == b[i].pc && a[i].line == b[i].line && a[i].full == b[i].full:
		case a[i].full == b[i].full:
			return i + 1
		default:
			return i
		}
	}
	return n
}
