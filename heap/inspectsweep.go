package heap

import (
	"fmt"

	"lockheld/sched"
)

// SetsWrong says what is wrong with the sets of spans, "" if nothing is: a set has a
// span in each of its places and in no other, and if the sweep counts as done, no
// set of spans to be swept has any.
func (hp *Heap) SetsWrong() string {
	h := hp.h
	for spc := range h.central {
		c := &h.central[spc]
		for _, b := range []*spanSet{&c.partial[0], &c.partial[1], &c.full[0], &c.full[1]} {
			n := b.n.Peek()
			for i, s := range b.spans {
				if (s != nil) != (uint64(i) < n) {
					return fmt.Sprintf("%s has %d spans, and its place %d does not fit", b.n.Name(), n, i)
				}
			}
			if n != 0 && (b == c.partialUnswept(h.sweepgen) || b == c.fullUnswept(h.sweepgen)) && hp.SweepDone() {
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
