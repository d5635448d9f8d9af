package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// lines is a result in the JSON format, indented for people who read the
// golden files; that it is one line is tested on the way.
func lines(t *testing.T, r *Result) string {
	t.Helper()
	var b, pretty bytes.Buffer
	if err := WriteJSON(&b, r, false); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "\n"); n != 1 || !strings.HasSuffix(b.String(), "}\n") {
		t.Errorf("%d lines, want 1: %s", n, b.String())
	}
	if err := json.Indent(&pretty, b.Bytes(), "", " "); err != nil {
		t.Fatal(err)
	}
	return pretty.String()
}

// What a program reads is what the text says.
func TestJSONAgreesWithText(t *testing.T) {
	for _, p := range programs() {
		r := result(t, p.prog, p.variant, p.subject, p.options)
		var b bytes.Buffer
		if err := WriteJSON(&b, r, true); err != nil {
			t.Fatal(err)
		}
		var got jsonResult
		d := json.NewDecoder(&b)
		d.DisallowUnknownFields()
		if err := d.Decode(&got); err != nil {
			t.Fatal(err)
		}
		shown := text(t, r, true)
		if !strings.HasSuffix(shown, " "+got.Text+"\n") {
			t.Errorf("%s: text %q is not the end of %s", p.prog.Name, got.Text, shown)
		}
		if (strings.Contains(shown, "\nFAIL\t") || strings.HasPrefix(shown, "FAIL\t")) == got.OK {
			t.Errorf("%s: ok is %v in\n%s", p.prog.Name, got.OK, shown)
		}
		if len(got.Findings) != len(r.Findings) {
			t.Fatalf("%s: %d findings, want %d", p.prog.Name, len(got.Findings), len(r.Findings))
		}
		for i, f := range got.Findings {
			tr := r.Findings[i].Trace
			if tr == nil {
				continue
			}
			if len(f.Trace) != len(tr.Events) || len(f.Waiting) != len(tr.Waiting) || f.Step >= len(tr.Steps) {
				t.Errorf("%s: finding %d has %d steps, the trace %d", p.prog.Name, i, len(f.Trace), len(tr.Events))
			}
		}
	}
}
