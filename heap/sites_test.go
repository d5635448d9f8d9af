package heap

import (
	"slices"
	"strings"
	"testing"
)

func TestSiteTable(t *testing.T) {
	kinds := []SiteKind{SiteLock, SiteSTWOrLock, SiteNotHeld, SiteSystemStack, SitePOwner, SiteSTW, SiteSchedLock, SiteGCOff}
	seen := map[string]bool{}
	var seed []int
	for i, s := range Sites() {
		id := string(s.Site)
		switch {
		case seen[id]:
			t.Errorf("%s: listed twice", id)
		case strings.Count(id, "/") != 1 || strings.ContainsAny(id, " \t"):
			t.Errorf("%s: not FUNCTION/POSITION", id)
		case !slices.Contains(kinds, s.Kind):
			t.Errorf("%s: kind %q", id, s.Kind)
		case s.Function == "" || s.Position == "":
			t.Errorf("%s: no function or position", id)
		case !strings.HasSuffix(s.Doc, ".") || strings.Contains(s.Doc, "\t"):
			t.Errorf("%s: %q is not a sentence", id, s.Doc)
		}
		seen[id] = true
		if s.Seed == 0 {
			continue
		}
		seed = append(seed, s.Seed)
		if i >= 28 {
			t.Errorf("%s: a point of the seed commit after our own", id)
		}
		if wants := s.Kind; wants != SiteLock && (wants != SiteSTWOrLock || s.Seed != 2 && s.Seed != 3) {
			t.Errorf("%s: point %d is %s", id, s.Seed, wants)
		}
	}
	if len(seed) != 28 || !slices.IsSorted(seed) || len(slices.Compact(seed)) != 28 {
		t.Errorf("the points of the seed commit are %v, want 1 to 28", seed)
	}
}
