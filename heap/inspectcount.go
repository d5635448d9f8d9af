package heap

import "lockheld/sched"

// HeapSys returns heap_sys in bytes.
func (hp *Heap) HeapSys() uint64 { return hp.h.memstats.heapSys.Peek() }

// HeapReleased returns heap_released in bytes.
func (hp *Heap) HeapReleased() uint64 { return hp.h.memstats.heapReleased.Peek() }

// HeapInuse returns heap_inuse in bytes.
func (hp *Heap) HeapInuse() uint64 { return hp.h.memstats.heapInuse.Peek() }

// PagesInUse returns the number of pages of heap spans that the heap counted.
func (hp *Heap) PagesInUse() uint64 { return hp.h.pagesInUse.Peek() }

// ReclaimCredit returns the credit of the page reclaimer.
func (hp *Heap) ReclaimCredit() uint64 { return hp.h.reclaimCredit.Peek() }

// Sweepers returns the number of active calls of sweepone.
func (hp *Heap) Sweepers() uint64 { return hp.h.sweepers.Peek() &^ sweepDrained }

// SweepDone reports whether all spans are swept or being swept, as the heap
// believes.
func (hp *Heap) SweepDone() bool {
	if hp.h.v.activeSweep {
		return hp.h.sweepers.Peek()&sweepDrained != 0
	}
	return hp.h.sweepdone.Peek() != 0
}

// Sweepgen returns the sweep generation of the heap.
func (hp *Heap) Sweepgen() uint32 { return hp.h.sweepgen }

// Marking reports whether the collector is marking.
func (hp *Heap) Marking() bool { return hp.h.gcPhase != gcOff }

// ScavengeGoal returns how many bytes the heap may retain.
func (hp *Heap) ScavengeGoal() uint64 { return hp.h.scavengeGoal }

// ScavengerParked reports whether the background scavenger waits to be woken.
func (hp *Heap) ScavengerParked() bool { return hp.h.scavenger.parked }

// SysmonWake reports whether sysmon is asked to wake the scavenger.
func (hp *Heap) SysmonWake() bool { return hp.h.scavenger.sysmonWake.Peek() != 0 }

// StatsUpdating reports whether P number id is updating statistics.
func (hp *Heap) StatsUpdating(id int) bool { return hp.h.locals[id].updating() }

// StatsGen returns the shard of the statistics that writers use.
func (hp *Heap) StatsGen() uint64 { return hp.h.memstats.heapStats.gen.Peek() }

// StatsLock returns the lock of writers of statistics without a P.
func (hp *Heap) StatsLock() *sched.Mutex { return hp.h.memstats.heapStats.noPLock.Sched() }

// StatsTotal returns the sum of all shards of the statistics.
func (hp *Heap) StatsTotal() Stats {
	d := hp.h.memstats.heapStats.total()
	return d.stats()
}

// HeapWords are the atomic words of a heap that properties read, as objects.
type HeapWords struct {
	Sys, Released, Inuse, PagesInUse sched.ObjID
	SweepDone, Sweepers, SysmonWake  sched.ObjID
	PageInUse                        []sched.ObjID // by arena and group
	StatsSeq                         []sched.ObjID // by P
}

// Objects returns the words of the heap as objects, for the declarations of
// properties.
func (hp *Heap) Objects() HeapWords {
	h := hp.h
	w := HeapWords{
		Sys: h.memstats.heapSys.ID(), Released: h.memstats.heapReleased.ID(), Inuse: h.memstats.heapInuse.ID(),
		PagesInUse: h.pagesInUse.ID(), SweepDone: h.sweepdone.ID(), Sweepers: h.sweepers.ID(),
		SysmonWake: h.scavenger.sysmonWake.ID(),
	}
	for _, ha := range h.arenas {
		if ha == nil {
			continue
		}
		for _, g := range ha.pageInUse {
			w.PageInUse = append(w.PageInUse, g.ID())
		}
	}
	for i := range h.locals {
		w.StatsSeq = append(w.StatsSeq, h.locals[i].statsSeq.ID())
	}
	return w
}
