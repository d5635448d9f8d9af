package heap

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// bugGroups has the number of known bugs of each group.
var bugGroups = []struct {
	name string
	n    int
}{{"A", 9}, {"B", 7}, {"C", 8}, {"D", 7}, {"E", 12}, {"F", 3}, {"G", 4}, {"H", 1}}

// Every known bug has a variant, or is in the list of those that are left out;
// one that Go 1.16 has is followed by its twin.
func TestBugsAreComplete(t *testing.T) {
	where := map[string]string{}
	n := 0
	list := Variants()
	for i, v := range list {
		if v.Entry == "" || v.Kind == VariantFixed {
			continue
		}
		where[v.Entry] = v.Name
		if v.Kind == VariantBug {
			n++
		}
		if twin := list[i+1]; v.Released && (twin.Name != v.Name+"-fixed" || twin.Kind != VariantFixed ||
			twin.Scenario != v.Scenario || !slices.Equal(twin.Strict, v.Strict) || twin.switches == switches{}) {
			t.Errorf("%s is followed by %+v, which is not its twin", v.Name, twin)
		}
	}
	for _, l := range LeftOutBugs() {
		if where[l.Entry] != "" {
			t.Errorf("%s is left out, and the variant %s", l.Entry, where[l.Entry])
		}
		where[l.Entry] = "left out"
		if l.Issue == 0 || !strings.HasSuffix(l.Doc, ".") || !strings.HasSuffix(l.Why, ".") {
			t.Errorf("%s: %+v", l.Entry, l)
		}
	}
	for _, g := range bugGroups {
		for i := range g.n {
			if e := fmt.Sprint(g.name, i+1); where[e] == "" {
				t.Errorf("%s has no variant and is not left out", e)
			} else {
				delete(where, e)
			}
		}
	}
	for e, name := range where {
		t.Errorf("%s, of %s, is not known", e, name)
	}
	if n < 25 {
		t.Errorf("%d bugs have variants", n)
	}
}
