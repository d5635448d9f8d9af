package heap

import (
	"fmt"

	"lockheld/sched"
)

// SetsWrong says what is wrong with the sets of spans, "" if nothing is: a set has a
// span in each of its places and in no other; swept spans are in use, and in the set
// that fits the number of their objects; and if the sweep counts as done, no set of
// spans to be swept has any.
func (hp *Heap) SetsWrong() string {
	h := hp.h
	for spc := range h.central {
		c := &h.central[spc]
		for i, b := range [...]*spanSet{c.partialSwept(h.sweepgen), c.fullSwept(h.sweepgen), c.partialUnswept(h.sweepgen), c.fullUnswept(h.sweepgen)} {
			n := b.n.Peek()
			for j, s := range b.spans {
				if (s != nil) != (uint64(j) < n) {
					return fmt.Sprintf("%s has %d spans, and its place %d does not fit", b.n.Name(), n, j)
				}
				if i < 2 && s != nil && (s.state.Peek() != mSpanInUse || (s.allocCount == s.nelems) != (i == 1)) {
					return fmt.Sprintf("%s, of swept spans, has span object %d, with %d of %d objects", b.n.Name(), s.id, s.allocCount, s.nelems)
				}
			}
			if i >= 2 && n != 0 && hp.SweepDone() {
				return fmt.Sprintf("the sweep counts as done, and %s has %d spans to be swept", b.n.Name(), n)
			}
		}
	}
	return ""
}

// CreditWrong says what is wrong with the pages that were freed in advance for
// reclaimers, "" if nothing is.
func (hp *Heap) CreditWrong() string {
	if got, want := int64(hp.h.reclaimCredit.Peek()), int64(hp.h.ghost.credit); got != want || got < 0 {
		return fmt.Sprintf("reclaimCredit is %d pages, %d were freed in advance and not used", got, want)
	}
	return ""
}

// SweeperParked reports whether the background sweeper waits for a collection.
func (hp *Heap) SweeperParked() bool { return hp.h.sweeper.parked }

// CentralIndex returns the first class with spans to be swept, as sweepers know.
func (hp *Heap) CentralIndex() uint64 { return hp.h.sweeper.centralIndex.Peek() }

// CentralIndexID returns the word of it as an object.
func (hp *Heap) CentralIndexID() sched.ObjID { return hp.h.sweeper.centralIndex.ID() }
