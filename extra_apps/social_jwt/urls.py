from django.urls import path

from . import views

urlpatterns = [
    path("login/<str:provider>/", views.start, name="social-start"),
    path("complete/<str:provider>/", views.complete, name="social-complete"),
]
