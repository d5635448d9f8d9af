package report

import (
	"strings"
	"testing"

	"lockheld/heap"
	"lockheld/model"
	"lockheld/sched"
)

func TestPageHeapNames(t *testing.T) {
	s := PageHeap(map[string]string{"P-SEARCH": "Nothing free is below the search address."})
	for in, want := range map[string]string{
		"(*M).StopTheWorldWithSema": "stopTheWorldWithSema",
		"(*pageCache).flush":        "(*pageCache).flush",
		"procresize":                "procresize",
	} {
		if got := s.function(in); got != want {
			t.Errorf("%s is shown as %s, want %s", in, got, want)
		}
	}
	for _, c := range []struct {
		object string
		v      int64
		want   string
	}{{"P1.status", 1, "Psyscall"}, {"P0.status", 0, "taken"}, {"M1.park", 1, "1"}, {"heap_inuse", -4, "-4"}} {
		if got := s.value(c.object, c.v); got != c.want {
			t.Errorf("%s %d is shown as %s, want %s", c.object, c.v, got, c.want)
		}
	}
	rule := func(site string) string { return s.rule(&sched.Violation{Site: site}) }
	if got, want := rule("P-SEARCH"), "Nothing free is below the search address."; got != want {
		t.Errorf("rule of a property: %q, want %q", got, want)
	}
	if got := rule("flush/entry"); !strings.HasPrefix(got, "pageCache.flush, entry") || !strings.Contains(got, "holds the heap lock") ||
		!strings.HasSuffix(got, "(Assertion 27 of the commit.)") {
		t.Errorf("rule of flush/entry: %q", got)
	}
	if got := rule("nowhere"); got != "" {
		t.Errorf("rule of nowhere: %q", got)
	}
}

// Every assertion point has a rule in words, without a hole for its kind.
func TestEverySiteHasARule(t *testing.T) {
	for _, e := range heap.Sites() {
		if demands[e.Kind] == "" {
			t.Errorf("%s: no words for the kind %q", e.Site, e.Kind)
		}
	}
	for _, e := range model.Sites() {
		if siteRule(string(e.Site)) == "" {
			t.Errorf("%s: no rule", e.Site)
		}
	}
}
