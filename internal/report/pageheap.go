package report

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"lockheld/heap"
	"lockheld/model"
	"lockheld/sched"
)

// PageHeap is the subject of the scenarios of the page heap. docs has a sentence
// for each property, by name.
func PageHeap(docs map[string]string) *Subject {
	return &Subject{
		Locks:   []string{"heap", "mheapLock"}, // the second in the helpers of the runtime's tests
		Stopped: "worldIsStopped",
		Func:    runtimeName,
		Hides:   wrapper.MatchString,
		Value:   machineValue,
		Rule: func(v *sched.Violation) string {
			if doc, ok := docs[v.Site]; ok {
				return doc
			}
			return siteRule(v.Site)
		},
	}
}

// wrapper matches functions of the model and the heap that only say what their
// callers ask for.
var wrapper = regexp.MustCompile(`^\(\*M\)\.(Lock|Unlock|Throw|fail|start|[Aa]ssert\w*)$|^\(\*mheap\)\.assert\w*$|^\(\*Machine\)\.newGoM$`)

// runtimeName is the name that the runtime has for a function of the model: a
// method of the model's M is a function there, with a small first letter.
func runtimeName(name string) string {
	fn, ok := strings.CutPrefix(name, "(*M).")
	if !ok {
		return name
	}
	if fn == "" {
		return name
	}
	r, n := utf8.DecodeRuneInString(fn)
	return string(unicode.ToLower(r)) + fn[n:]
}

// machineValue names the values of words of the machine that are no numbers.
func machineValue(object string, v int64) string {
	p, ok := strings.CutSuffix(object, ".status")
	if !ok || !strings.HasPrefix(p, "P") {
		return ""
	}
	if v == 1 {
		return model.Psyscall.String()
	}
	return "taken"
}

// demands says in words what assertion points of a kind demand.
var demands = map[heap.SiteKind]string{
	heap.SiteLock:        "this M holds the heap lock",
	heap.SiteSTWOrLock:   "this M holds the heap lock, or the world is stopped",
	heap.SiteNotHeld:     "this M does not hold the lock",
	heap.SiteSystemStack: "this M is on its system stack",
	heap.SitePOwner:      "the P or the pages belong to this M",
	heap.SiteSTW:         "the world is stopped",
	heap.SiteSchedLock:   "this M holds sched.lock",
	heap.SiteGCOff:       "the garbage collector is not marking",
}

// siteRule says what an assertion point demands and why, "" if there is none
// of that name.
func siteRule(site string) string {
	for _, s := range heap.Sites() {
		if string(s.Site) != site {
			continue
		}
		text := fmt.Sprintf("%s, %s: %s. %s", s.Function, s.Position, demands[s.Kind], s.Doc)
		if s.Seed > 0 {
			text += fmt.Sprintf(" (Assertion %d of the commit.)", s.Seed)
		}
		return text
	}
	for _, s := range model.Sites() {
		if string(s.Site) == site {
			return fmt.Sprintf("%s: %s.", s.Function, s.Sentence)
		}
	}
	return ""
}
