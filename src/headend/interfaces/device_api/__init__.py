"""The device API's calls that the gate does not answer from memory: one module for each group of calls.

A module registers its calls when it is imported; `headend.interfaces.apis` imports them all.
"""

from headend.interfaces.wire.calls import Api
from headend.operators.rules import Api as KeyedApi

DEVICE_API = Api("device", "/tvmiddleware/api", KeyedApi.DEVICE.value)
VIEWSTATS_API = Api("viewstats", "/viewstats/api", KeyedApi.DEVICE.value)
DRM_API = Api("drm", "/drm/api", KeyedApi.DEVICE.value)
STREAMING_API = Api("streaming", "/streaming/api", KeyedApi.STREAMING.value)
MONITORING_API = Api("device-monitoring", "/device_monitoring/api", KeyedApi.DEVICE.value)
APIS = (DEVICE_API, VIEWSTATS_API, DRM_API, STREAMING_API, MONITORING_API)
