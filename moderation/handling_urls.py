"""Addresses of what is done around a case. Beside those in `moderation.urls`."""

from django.urls import path

from moderation.views import appeals, around, blocks, conflicts, pressure

urlpatterns = [
    path("granska/<int:pk>/mer/", around.more, name="case_more"),
    path("granska/<int:pk>/jav/", conflicts.declare, name="conflict_declare"),
    path("granska/jav/<int:pk>/", conflicts.conflict, name="conflict"),
    path("granska/<int:pk>/forklara/", appeals.explain, name="explain"),
    path("granska/forklaring/<int:pk>/", appeals.explanation, name="explanation"),
    path("granska/<int:pk>/begaran/", appeals.request_noted, name="request_noted"),
    path("granska/omprovning/<int:pk>/", appeals.reconsideration, name="reconsideration"),
    path("granska/omprovning/<int:pk>/aterta/", appeals.reconsideration_withdraw, name="reconsideration_withdraw"),
    path("granska/<int:pk>/fraga/", pressure.hold_new, name="hold_new"),
    path("granska/pa-vant/<int:pk>/", pressure.hold, name="hold"),
    path("granska/pa-vant/<int:pk>/slapp/", pressure.hold_release, name="hold_release"),
    path("granska/<int:pk>/polisunderlag/", pressure.police, name="police"),
    path("granska/<int:pk>/polisunderlag/hamta/", pressure.police_package, name="police_package"),
    path("granska/krislage/", pressure.crisis, name="crisis"),
    path("granska/krislage/<int:pk>/", pressure.crisis_one, name="crisis_one"),
    path("granska/krislage/<int:pk>/avsluta/", pressure.crisis_end, name="crisis_end"),
    path("granska/krislage/<int:pk>/tittat/<int:channel>/", pressure.crisis_look, name="crisis_look"),
    path("granska/blockeringar/", blocks.blocks, name="blocks"),
    path("granska/blockeringar/<int:pk>/", blocks.block, name="block"),
    path("granska/blockeringar/<int:pk>/oppnat/", blocks.block_opened, name="block_opened"),
    path("granska/<int:pk>/blockera/", blocks.block_new, name="block_new"),
    path("granska/mallar/", blocks.templates, name="templates"),
    path("granska/mallar/<slug:purpose>/", blocks.template, name="template"),
    path("granska/mallar/<slug:purpose>/<slug:category>/", blocks.template, name="template_of_rule"),
    path("omprovning/", appeals.appeal, name="appeal"),
    path("omprovning/<str:reference>/", appeals.appeal_state, name="appeal_state"),
]
