{{- define "entrepot.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "entrepot.secret" -}}
{{- .Values.existingSecret | default (include "entrepot.name" .) }}
{{- end }}

{{- define "entrepot.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}{{ .Values.serviceAccount.name | default (include "entrepot.name" .) }}{{ else }}{{ .Values.serviceAccount.name | default "default" }}{{ end }}
{{- end }}

{{- /* Of everything that belongs to the release; `part` tells web, worker and beat apart. */ -}}
{{- define "entrepot.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "entrepot.labels" -}}
{{ include "entrepot.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- /* A new pod when a setting or the chart's own Secret changes. */ -}}
{{- define "entrepot.annotations" -}}
checksum/settings: {{ printf "%s %s %s" (toJson .Values.settings) (toJson .Values.secret) .Values.externalUrl | sha256sum }}
{{- with .Values.podAnnotations }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "entrepot.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "entrepot.pod" -}}
serviceAccountName: {{ include "entrepot.serviceAccount" . }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
securityContext: {{ toYaml .Values.podSecurityContext | nindent 2 }}
volumes:
  - name: data
    emptyDir: {sizeLimit: 256Mi}
  - name: tmp
    emptyDir: {medium: Memory, sizeLimit: 64Mi}
{{- end }}

{{- define "entrepot.container" -}}
image: {{ include "entrepot.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext: {{ toYaml .Values.containerSecurityContext | nindent 2 }}
envFrom:
  - secretRef: {name: {{ include "entrepot.secret" . }}}
volumeMounts:
  - {name: data, mountPath: /data}
  - {name: tmp, mountPath: /tmp}
{{- end }}

{{- define "entrepot.env" -}}
- {name: HUB_EXTERNAL_URL, value: {{ .Values.externalUrl | quote }}}
{{- range $name, $value := .Values.settings }}
- {name: {{ $name }}, value: {{ $value | toString | quote }}}
{{- end }}
{{- end }}

{{- /* Waits for the tables, or makes them: any number of pods may do it at once. */ -}}
{{- define "entrepot.prepare" -}}
- name: prepare
  args: [prepare]
  {{- include "entrepot.container" . | nindent 2 }}
  env: {{ include "entrepot.env" . | nindent 4 }}
  resources:
    requests: {cpu: 50m, memory: 128Mi}
    limits: {memory: 512Mi}
{{- end }}
