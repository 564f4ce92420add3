package bolt

import (
	"reflect"
	"strings"
)

// fillEmpty gives every nil slice and map in v that has a JSON name of its own
// an empty value: a nil one would reach the window as null. Fields with
// omitempty stay as they are, and so do bytes.
func fillEmpty(v any) { fill(reflect.ValueOf(v).Elem()) }

func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			fill(v.Elem())
		}
	case reflect.Slice:
		if holdsStructs(v.Type().Elem()) {
			for i := range v.Len() {
				fill(v.Index(i))
			}
		}
	case reflect.Struct:
		fillStruct(v)
	}
}

func fillStruct(v reflect.Value) {
	for i := range v.NumField() {
		field, f := v.Type().Field(i), v.Field(i)
		if !field.IsExported() {
			continue
		}
		_, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		empty := (f.Kind() == reflect.Slice && f.Type().Elem().Kind() != reflect.Uint8 || f.Kind() == reflect.Map) && f.IsNil()
		if !empty {
			fill(f)
			continue
		}
		if strings.Contains(options, "omitempty") {
			continue
		}
		if f.Kind() == reflect.Map {
			f.Set(reflect.MakeMap(f.Type()))
		} else {
			f.Set(reflect.MakeSlice(f.Type(), 0, 0))
		}
	}
}

func holdsStructs(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind() == reflect.Struct
}
